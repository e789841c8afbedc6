// Cross-entropy of one case: from the logit, and through a probability rounded to the chosen type.

const losses = {
  exact: (z, y) => (y === 1 ? softplus(-z) : softplus(z)),
  exactGradient: (z, y) => (y === 1 ? -sigmoid(-z) : sigmoid(z)),
  through: (z, y, type) => {
    const p = roundTo(sigmoid(z), type);
    return roundTo(-Math.log(y === 1 ? p : roundTo(1 - p, type)), type) + 0;
  },
  // The chain rule as automatic differentiation walks it: dloss/dp, then σ(1−σ).
  throughGradient: (z, y, type) => {
    const p = roundTo(sigmoid(z), type), q = roundTo(1 - p, type);
    return roundTo((y === 1 ? roundTo(-1 / p, type) : roundTo(1 / q, type)) * roundTo(p * q, type), type);
  },
};

const lossOptions = {
  x: zAxis,
  y: (state) => [-0.04 * state.span, 1.06 * state.span],
  still: (chart, state) => {
    const type = floatTypes[state.type];
    return chart.zones(state) + chart.curve((z) => losses.exact(z, state.y), "first") +
      chart.curve((z) => losses.through(z, state.y, type), "second", "dashed") +
      chart.label(0, 0.93 * chart.y1, "loss", "muted", "middle");
  },
  move: (chart, state) => {
    chart.cursorLine(state.z);
    chart.marker("exact", state.z, losses.exact(state.z, state.y), "first");
  },
};

const gradientOptions = {
  x: zAxis,
  y: (state) => [-tailDecades(state), 0.04 * tailDecades(state)],
  yFormat: tailOptions.yFormat,
  yTicks: tailOptions.yTicks,
  still: (chart, state) => {
    const type = floatTypes[state.type];
    const log = (f) => (z) => Math.log10(Math.abs(f(z, state.y, type)));
    return chart.zones(state) + chart.curve(log(losses.exactGradient), "first") + chart.curve(log(losses.throughGradient), "second", "dashed") +
      chart.label(state.y ? chart.x0 : chart.x1, chart.y0, "|gradient|", "muted", state.y ? "start" : "end", state.y ? 6 : -4, -8);
  },
  move: (chart, state) => {
    chart.cursorLine(state.z);
    chart.marker("exact", state.z, Math.log10(Math.abs(losses.exactGradient(state.z, state.y))), "first");
  },
};

const describeLoss = (state) => {
  const type = floatTypes[state.type];
  const rows = [
    ["loss", losses.exact(state.z, state.y), losses.through(state.z, state.y, type)],
    ["gradient", losses.exactGradient(state.z, state.y), losses.throughGradient(state.z, state.y, type)],
  ];
  return rows.map(([name, exact, through]) => {
    const wrong = correctDigits(through, exact, type) < Math.min(2, type.precision * 0.2);
    return `<tr><th scope="row">${name}</th><td data-value="${exact}">${plain(exact)}</td>` +
      `<td data-value="${through}" class="${wrong ? "wrong" : ""}">${plain(through)}</td></tr>`;
  }).join("");
};
