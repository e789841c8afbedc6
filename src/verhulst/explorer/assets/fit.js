// Logistic regression of 0/1 on one column, by Newton's method: small enough to run while a point is dragged.

// The sums that one Newton step needs: log-likelihood, gradient and information at (intercept, slope).
const statistics = (points, [a, b]) => {
  let value = 0, g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
  for (const { x, y } of points) {
    const z = a + b * x;
    const weight = sigmoidDerivative(z);
    const residual = y === 1 ? sigmoid(-z) : -sigmoid(z);
    value += y === 1 ? logSigmoid(z) : logSigmoid(-z);
    g0 += residual;
    g1 += residual * x;
    h00 += weight;
    h01 += weight * x;
    h11 += weight * x * x;
  }
  return { value, g: [g0, g1], h: [h00, h01, h11], determinant: h00 * h11 - h01 * h01 };
};

const newtonStep = ({ g, h, determinant }) => [
  (h[2] * g[0] - h[1] * g[1]) / determinant,
  (h[0] * g[1] - h[1] * g[0]) / determinant,
];

// Why there is no finite maximum, or null.
const obstacle = (points) => {
  const xs = [0, 1].map((y) => points.filter((p) => p.y === y).map((p) => p.x));
  if (xs[0].length === 0 || xs[1].length === 0) return "one class only";
  if (new Set(points.map((p) => p.x)).size === 1) return "one value of x only";
  const gap = Math.max(Math.min(...xs[1]) - Math.max(...xs[0]), Math.min(...xs[0]) - Math.max(...xs[1]));
  return gap > 0 ? "separated" : gap === 0 ? "quasi-separated" : null;
};

// Newton steps from (0, 0), halved until the likelihood does not fall; at most `limit` of them.
const fitLogistic = (points, limit = 40) => {
  const path = [[0, 0]];
  let current = statistics(points, path[0]);
  let decrement = Infinity;
  while (path.length <= limit && decrement > 1e-9 && current.determinant > 1e-300) {
    const step = newtonStep(current);
    decrement = Math.sqrt(Math.max(0, step[0] * current.g[0] + step[1] * current.g[1]));
    const [a, b] = path[path.length - 1];
    let length = 1, next = null, trial = null;
    for (; length > 1e-6; length /= 2) {
      trial = [a + length * step[0], b + length * step[1]];
      next = statistics(points, trial);
      if (next.value >= current.value - 1e-12 * Math.abs(current.value)) break;
    }
    if (!next || !Number.isFinite(next.value)) break;
    current = next;
    path.push(trial);
  }
  const [intercept, slope] = path[path.length - 1];
  const error = Math.sqrt(current.h[0] / current.determinant);
  return { intercept, slope, error, logLikelihood: current.value, decrement, path, obstacle: obstacle(points) };
};
