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

// One step of Newton's method, halved until the likelihood does not fall; null where none is left to take.
const stepOfNewton = (points, [a, b], current) => {
  if (!(current.determinant > 1e-300)) return null;
  const step = newtonStep(current);
  for (let length = 1; length > 1e-6; length /= 2) {
    const trial = [a + length * step[0], b + length * step[1]];
    const next = statistics(points, trial);
    if (next.value >= current.value - 1e-12 * Math.abs(current.value)) return Number.isFinite(next.value) ? trial : null;
  }
  return null;
};

// One step of gradient descent on the mean loss. The loss curves by at most a quarter of the mean of 1 + x², so this rate
// goes down at every step.
const stepOfDescent = (points, [a, b], current) => {
  if (points.length === 0) return null;
  const rate = 4 / points.reduce((sum, { x }) => sum + 1 + x * x, 0);
  return [a + rate * current.g[0], b + rate * current.g[1]];
};

const methods = {
  newton: { step: stepOfNewton, limit: 40, runaway: 24 },
  descent: { step: stepOfDescent, limit: 400, runaway: 400 },
};

// Steps from (0, 0), each with the log-likelihood and the standard error of the slope at that point.
const fitLogistic = (points, method = "newton") => {
  const why = obstacle(points);
  const { step, limit, runaway } = methods[method];
  const path = [[0, 0]], values = [], errors = [];
  let decrement = Infinity;
  for (;;) {
    const here = path[path.length - 1], current = statistics(points, here);
    values.push(current.value);
    errors.push(Math.sqrt(current.h[0] / current.determinant));
    const newton = newtonStep(current);
    const left = Math.sqrt(Math.max(0, newton[0] * current.g[0] + newton[1] * current.g[1]));
    const done = decrement <= 1e-9 || path.length > (why ? runaway : limit);
    decrement = left;
    const next = done ? null : step(points, here, current);
    if (!next) break;
    path.push(next);
  }
  const last = path.length - 1;
  const [intercept, slope] = path[last];
  return { intercept, slope, error: errors[last], logLikelihood: values[last], decrement, path, values, errors, obstacle: why };
};
