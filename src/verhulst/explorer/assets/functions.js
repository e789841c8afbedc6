// The sigmoid family in float64: each agrees with verhulst's own to 4 ULP (tests/explorer/test_functions.py).

const sigmoid = (z) => {
  const e = Math.exp(-Math.abs(z)); // never overflows, so no branch makes inf/inf
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
};

const sigmoidDerivative = (z) => {
  const e = Math.exp(-Math.abs(z));
  const d = 1 + e, lost = e - (d - 1); // what rounding took from 1 + e counts twice in its square
  const q = e / (d * d);
  return q - 2 * q * (lost / d);
};

const softplus = (z) => (z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z)));
const logSigmoid = (z) => -softplus(-z);

// Near one half the numerator 2p-1 is exact and log1p keeps it; elsewhere the plain quotient is good.
const logit = (p) => (p > 0.25 && p < 0.75 ? Math.log1p((2 * p - 1) / (1 - p)) : Math.log(p / (1 - p)));

const tanh = (z) => Math.tanh(z);
const tanhDerivative = (z) => 4 * sigmoidDerivative(2 * z);
const relu = (z) => (z > 0 ? z : 0);
const reluDerivative = (z) => (z > 0 ? 1 : 0);

// factor · the normal density. t² is split into an exact square and a small rest, or its rounding would cost t²/2 ULP;
// far out the exponential goes in two halves, so that only the last product can be subnormal.
const normalDensity = (t, factor = 1) => {
  const head = Math.fround(t);
  const rest = factor * 0.3989422804014327 * Math.exp(-0.5 * (t - head) * (t + head));
  if (Math.abs(t) < 37) return rest * Math.exp(-0.5 * head * head);
  const half = Math.exp(-0.25 * head * head);
  return rest * half * half;
};

// φ(t)/Φ(−t) for t > 0: t + 1/(t + 2/(t + 3/(t + ...))); after n terms the rest is about exp(-2 t sqrt(n)).
const inverseMills = (t) => {
  let tail = 0;
  for (let n = 20 + Math.ceil(420 / (t * t)); n > 0; n--) tail = n / (t + tail);
  return t + tail;
};

// factor · the normal distribution function: power series near 0, Laplace's continued fraction in the left tail
// (Abramowitz and Stegun 26.2.11 and 26.2.14); both add positive terms only.
const normalDistribution = (z, factor = 1) => {
  const t = Math.abs(z);
  if (t < 0.7) {
    let term = t, sum = t;
    for (let k = 3; term > sum * 1e-17; k += 2) sum += term *= (t * t) / k;
    return factor * (0.5 + Math.sign(z) * normalDensity(t) * sum);
  }
  return z < 0 ? normalDensity(t, factor / inverseMills(t)) : factor * (1 - normalDensity(t, 1 / inverseMills(t)));
};

const gelu = (z) => (Number.isFinite(z) ? normalDistribution(z, z) : z > 0 ? z : z < 0 ? -0 : NaN);
// In the left tail Φ + zφ = φ·(Mills' ratio + z): taken together it cancels least, and one product only can be subnormal.
const geluDerivative = (z) => (z > -0.7 ? normalDistribution(z) + normalDensity(z, z) : normalDensity(z, z + 1 / inverseMills(-z)));

const overlays = {
  tanh: { label: "tanh", f: tanh, derivative: tanhDerivative, stroke: "second" },
  relu: { label: "ReLU", f: relu, derivative: reluDerivative, stroke: "third" },
  gelu: { label: "GELU", f: gelu, derivative: geluDerivative, stroke: "fifth" },
};
