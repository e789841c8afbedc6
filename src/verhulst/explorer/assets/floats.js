// The four float types: rounding, spacing, where the sigmoid rounds away, and the naive formulas as they run in each.

const floatType = (name, precision, lowest, highest, digits) => ({ name, precision, lowest, highest, digits });
const floatTypes = {
  float64: floatType("float64", 53, -1022, 1023, 17),
  float32: floatType("float32", 24, -126, 127, 9),
  float16: floatType("float16", 11, -14, 15, 5),
  bfloat16: floatType("bfloat16", 8, -126, 127, 4),
};

const exponentBits = new DataView(new ArrayBuffer(8));
const exponentOf = (x) => {
  exponentBits.setFloat64(0, x);
  const e = ((exponentBits.getUint16(0) >> 4) & 0x7ff) - 1023;
  return e === -1023 ? Math.floor(Math.log2(Math.abs(x))) : e;
};

// The distance between neighbours of x in a type.
const spacing = (x, type) => 2 ** (Math.max(exponentOf(x), type.lowest) - type.precision + 1);

// To nearest, ties to even: adding and taking away 1.5 · 2^52 rounds to an integer.
const roundTo = (x, type) => {
  if (type.precision === 53 || x === 0 || !Number.isFinite(x)) return x;
  const unit = spacing(x, type);
  const magic = 1.5 * 2 ** 52;
  const rounded = (x / unit + magic - magic) * unit;
  return Math.abs(rounded) >= 2 ** (type.highest + 1) ? Math.sign(x) * Infinity : rounded;
};

// From these scores on the nearest number to σ(z) is 1, or 0: halfway to 1 is 1 − 2^−(p+1); halfway to the least subnormal
// is 2^(lowest−p).
const roundsToOne = (type) => (type.precision + 1) * Math.LN2;
const roundsToZero = (type) => (type.lowest - type.precision) * Math.LN2;

// What a line of code written in this type computes: every operation is rounded.
const naive = {
  sigmoid: (z, type) => {
    const r = (x) => roundTo(x, type);
    return r(1 / r(1 + r(Math.exp(-z))));
  },
  complement: (z, type) => roundTo(1 - naive.sigmoid(z, type), type),
  derivative: (z, type) => {
    const s = naive.sigmoid(z, type);
    return roundTo(s * roundTo(1 - s, type), type);
  },
  logSigmoid: (z, type) => roundTo(Math.log(naive.sigmoid(z, type)), type),
  back: (z, type) => {
    const s = naive.sigmoid(z, type);
    return roundTo(Math.log(roundTo(s / roundTo(1 - s, type), type)), type);
  },
};

// Leading decimal digits of `value` that are right, at most what the type holds; null for two zeros.
const correctDigits = (value, truth, type) => {
  const most = type.precision * Math.log10(2);
  if (Object.is(value, truth) || value === truth) return most;
  if (!Number.isFinite(value) || truth === 0) return 0;
  return Math.max(0, Math.min(most, -Math.log10(Math.abs(value - truth) / Math.abs(truth))));
};

// The bits of a number that is in the type: sign, exponent and fraction as texts of 0 and 1.
const bitsOf = (x, type) => {
  const exponentLength = { float64: 11, float32: 8, float16: 5, bfloat16: 8 }[type.name];
  const length = type.precision - 1, size = Math.abs(x);
  if (!Number.isFinite(x)) return { sign: x < 0 ? "1" : "0", exponent: "1".repeat(exponentLength), fraction: (Number.isNaN(x) ? "1" : "0").padEnd(length, "0") };
  const normal = size >= 2 ** type.lowest;
  const e = normal ? exponentOf(size) : type.lowest;
  const steps = BigInt(Math.round((size / 2 ** e) * 2 ** length)) - (normal ? 1n << BigInt(length) : 0n);
  return {
    sign: x < 0 || Object.is(x, -0) ? "1" : "0",
    exponent: (normal ? e + type.highest : 0).toString(2).padStart(exponentLength, "0"),
    fraction: steps.toString(2).padStart(length, "0"),
  };
};
