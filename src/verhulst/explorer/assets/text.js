// Numbers as people read them.

const minus = (text) => String(text).replace(/-/g, "−").replace(/Infinity/g, "∞");

const power = (text) => {
  const [head, exponent] = text.split("e");
  return exponent === undefined ? head : `${head}·10${[...String(Number(exponent))].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("")}`;
};

// `digits` significant digits, as a power of ten where it is very large or very small.
const plain = (x, digits = 4) => {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x) || x === 0) return minus(x);
  const size = Math.abs(x);
  const text = size < 1e-4 || size >= 1e6 ? x.toExponential(digits - 1) : x.toPrecision(digits);
  return minus(power(text));
};

// All digits that a type needs; with the point in one place so that columns line up.
const full = (x, type) => {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x) || x === 0) return String(x);
  return x.toExponential(type.digits - 1);
};

const escapeText = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

// The digits of `value` with those that are wrong marked.
const markDigits = (value, right, type) => {
  const text = full(value, type);
  if (!text.includes("e")) return right < 1 ? `<mark>${minus(text)}</mark>` : minus(text);
  const [head, exponent] = text.split("e");
  let seen = 0, cut = 0;
  while (cut < head.length && seen < Math.round(right)) if (/\d/.test(head[cut++])) seen++;
  if (seen === 0) return `<mark>${minus(text)}</mark>`;
  const tail = head.slice(cut);
  return `${minus(head.slice(0, cut))}${tail && right < type.precision * 0.3 ? `<mark>${tail}</mark>` : tail}<small>e${minus(exponent)}</small>`;
};

// Named values as boxes; `data-value` holds every digit.
const factList = (rows) =>
  rows.map(([name, text, value]) => `<div><dt>${name}</dt><dd data-name="${name}" data-value="${value}">${text}</dd></div>`)
    .join("");
