// The sigmoid and its derivative over z, with other activations beside them.

const chosenOverlays = (state) => state.over.split(",").filter(Boolean).map((name) => overlays[name]);
const zAxis = (state) => [-state.span, state.span];

// A name beside its curve, where the curve is apart from the others.
const nameOf = (chart, { label, stroke }) => {
  if (label === "tanh") return chart.label(-0.62 * chart.x1, -1, label, stroke, "start", 8, 15);
  if (chart.x1 > 8) return "";
  const left = label === "ReLU";
  return chart.label(1.95, 1.95, label, stroke, left ? "end" : "start", left ? -8 : 8);
};

const curveOptions = {
  x: zAxis,
  y: (state) => (state.over ? [-1.2, 2.2] : [-0.06, 1.1]),
  xName: "z, the score (log-odds)",
  zoneWords: "middle",
  still: (chart, state) => {
    const type = floatTypes[state.type];
    let out = chart.zones(state);
    for (const y of [0, 1]) out += chart.level(y);
    for (const overlay of chosenOverlays(state)) out += chart.curve(overlay.f, overlay.stroke, "thin") + nameOf(chart, overlay);
    return out + chart.curve((z) => roundTo(sigmoid(z), type), "first");
  },
  move: (chart, state) => {
    chart.cursorLine(state.z);
    for (const [name, overlay] of Object.entries(overlays)) {
      const on = state.over.split(",").includes(name);
      chart.marker(name, state.z, on ? overlay.f(state.z) : NaN, overlay.stroke);
    }
    const p = roundTo(sigmoid(state.z), floatTypes[state.type]);
    chart.marker("sigmoid", state.z, p, "first", `σ = ${plain(p)}`, true);
  },
};

const derivativeOptions = {
  x: zAxis,
  y: (state) => (state.over ? [-0.15, 1.2] : [-0.012, 0.275]),
  still: (chart, state) => {
    let out = chart.zones(state);
    for (const overlay of chosenOverlays(state)) out += chart.curve(overlay.derivative, overlay.stroke, "thin");
    out += chart.curve(sigmoidDerivative, "first", "filled");
    if (!state.over) out += chart.level(0.25) + chart.label(chart.x1, 0.25, "never above ¼", "muted", "end", -4, 15);
    return out;
  },
  move: (chart, state) => {
    chart.cursorLine(state.z);
    chart.marker("derivative", state.z, sigmoidDerivative(state.z), "first", `σ′ = ${plain(sigmoidDerivative(state.z))}`);
  },
};

// Both tails on a log axis: exact, and what 1/(1+e^−z) and one minus it give in the chosen type.
const tailDecades = (state) => Math.min(326, Math.ceil((state.span / Math.LN10) * 1.06) + 1);

const tailOptions = {
  x: zAxis,
  y: (state) => [-tailDecades(state), 0.04 * tailDecades(state)],
  yFormat: (y) => power(`1e${y}`).replace("1·", ""),
  yTicks: (chart) => niceTicks(chart.y0, 0, 5),
  still: (chart, state) => {
    const type = floatTypes[state.type];
    const log = (f) => (z) => Math.log10(f(z));
    let out = chart.zones(state);
    out += chart.curve(log(sigmoid), "first") + chart.curve(log((z) => sigmoid(-z)), "third");
    out += chart.curve(log((z) => naive.complement(z, type)), "second", "dashed");
    const low = chart.y0 * 0.62;
    out += chart.label(low * Math.LN10, low, "σ(z)", "first", "start", 12, 4);
    out += chart.label(-low * Math.LN10, low, "σ(−z), exact", "third", "end", -12, 4);
    return out + chart.label(0, chart.y0, "dashed: 1 − σ(z) by subtraction", "second", "middle", 0, -10);
  },
  move: (chart, state) => {
    chart.cursorLine(state.z);
    const type = floatTypes[state.type];
    chart.marker("left", state.z, Math.log10(sigmoid(state.z)), "first");
    chart.marker("right", state.z, Math.log10(sigmoid(-state.z)), "third");
    chart.marker("naive", state.z, Math.log10(naive.complement(state.z, type)), "second");
  },
};
