// The formula with its numbers at z, and the naive formulas beside the stable ones.

const fraction = (top, bottom) => `<span class="frac"><span>${top}</span><span>${bottom}</span></span>`;

const describeFormula = ({ z }) => {
  const shown = minus(+z.toFixed(4)), opposite = minus(+(-z).toFixed(4));
  const steps = [fraction("1", `1 + e<sup>${opposite}</sup>`), fraction("1", `1 + ${plain(Math.exp(-z))}`)];
  const parts = [`<span>σ(${shown})</span>`, ...steps, `<strong>${plain(sigmoid(z), 6)}</strong>`];
  return parts.join("<span>=</span>");
};

const describeMeaning = ({ z }) => {
  const p = sigmoid(z), rest = sigmoid(-z), slope = sigmoidDerivative(z);
  return factList([
    ["probability", rest < 1e-4 ? `1 − ${plain(rest, 3)}` : plain(p, 5), p],
    ["odds", oddsInWords(z), Math.exp(z)],
    ["log-odds", plain(z, 5), z],
    ["slope σ′", plain(slope, 5), slope],
  ]);
};

const digitRows = [
  ["σ(z)", "1/(1+e⁻ᶻ)", naive.sigmoid, sigmoid],
  ["1 − σ(z)", "1 − s", naive.complement, (z) => sigmoid(-z)],
  ["σ′(z)", "s(1 − s)", naive.derivative, sigmoidDerivative],
  ["log σ(z)", "log s", naive.logSigmoid, logSigmoid],
  ["back to z", "log(s/(1 − s))", naive.back, (z) => z],
];

const describeDigits = (state) => {
  const type = floatTypes[state.type];
  const z = roundTo(state.z, type);
  const most = type.precision * Math.log10(2);
  return digitRows.map(([name, formula, bad, good]) => {
    const truth = good(z), stable = roundTo(truth, type), value = bad(z, type);
    const right = Math.min(most, correctDigits(value, stable, type));
    const share = Math.round((100 * right) / most);
    const bar = `<span style="--share:${share}%" class="${share < 60 ? "low" : ""}"></span>`;
    const number = (kind, x, digits) =>
      `<td class="number" data-kind="${kind}" data-value="${x}">${markDigits(x, digits, type)}</td>`;
    return `<tr data-row="${name}"><th scope="row"><i>${name}</i><small>${formula}</small></th>` +
      `<td class="bar" data-digits="${right.toFixed(1)}">${bar}<b>${right.toFixed(right < 9.95 ? 1 : 0)}</b></td>` +
      `${number("written", value, right)}${number("stable", stable, most)}</tr>`;
  }).join("");
};

// How far z is from where σ(z) rounds to 0 or 1.
const describeDistance = ({ z, type }) => {
  const t = floatTypes[type], one = roundsToOne(t), zero = roundsToZero(t);
  if (z >= one) return `In ${type} σ(z) <b>is 1</b>: every z from ${minus(one.toFixed(2))} on gives the same number. Compute with z instead.`;
  if (z <= zero) return `In ${type} σ(z) <b>is 0</b>: every z below ${minus(zero.toFixed(2))} gives the same number. Compute with z instead.`;
  const step = spacing(sigmoid(z), t) / sigmoidDerivative(z);
  return `In ${type} the next probability is <b>${plain(step, 2)}</b> of log-odds away; ` +
    `σ rounds to 1 from ${minus(one.toFixed(2))}, to 0 below ${minus(zero.toFixed(2))}.`;
};

// The number that σ(z) is in the type, bit by bit.
const describeBits = (state) => {
  const type = floatTypes[state.type];
  const { sign, exponent, fraction } = bitsOf(roundTo(sigmoid(roundTo(state.z, type)), type), type);
  const cells = (kind, text) => `<span class="${kind}" title="${kind}">${[...text].map((bit) => `<i class="b${bit}">${bit}</i>`).join("")}</span>`;
  return cells("sign", sign) + cells("exponent", exponent) + cells("fraction", fraction);
};

const describeBitsInWords = (state) => {
  const type = floatTypes[state.type];
  const p = roundTo(sigmoid(roundTo(state.z, type)), type);
  const { exponent, fraction } = bitsOf(p, type);
  const power = parseInt(exponent, 2) - type.highest;
  const lead = parseInt(exponent, 2) === 0 ? `0.${fraction.slice(0, 8)}…₂ · 2` : `1.${fraction.slice(0, 8)}…₂ · 2`;
  const shown = parseInt(exponent, 2) === 0 ? type.lowest : power;
  return `<b>${plain(p, 9)}</b> = ${lead}<sup>${minus(shown)}</sup>: sign, exponent and fraction of a ${type.name}. ` +
    "Towards 0 the exponent falls and the fraction stays fine; towards 1 the exponent is stuck at −1, and the fraction fills up with ones.";
};
