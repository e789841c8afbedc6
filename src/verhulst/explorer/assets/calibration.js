// A model whose logits are 2.2 times too large and shifted by 0.6; temperature and shift can put it right.

const modelFault = { scale: 2.2, shift: 0.6 };

// A sample that is the same on every machine: logistic quantiles for the true log-odds, Park and Miller's generator for outcomes.
const calibrationSample = (() => {
  let seed = 1838; // the year of Verhulst's note
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  return Array.from({ length: 800 }, (_, k) => {
    const truth = 1.2 * logit((k + 0.5) / 800);
    return { logit: modelFault.scale * truth + modelFault.shift, y: random() < sigmoid(truth) ? 1 : 0 };
  });
})();

const repaired = (z, { T, b }) => z / T + b;

const calibrationSummary = (state) => {
  const bins = Array.from({ length: 10 }, () => ({ p: 0, y: 0, n: 0 }));
  let loss = 0;
  for (const row of calibrationSample) {
    const z = repaired(row.logit, state), p = sigmoid(z);
    loss += row.y ? softplus(-z) : softplus(z);
    const bin = bins[Math.min(9, Math.floor(10 * p))];
    bin.p += p;
    bin.y += row.y;
    bin.n += 1;
  }
  const n = calibrationSample.length;
  const ece = bins.reduce((sum, bin) => sum + Math.abs(bin.p - bin.y), 0) / n;
  return { bins, loss: loss / n, ece };
};

const calibrationOptions = {
  x: () => [0, 1],
  y: () => [-0.03, 1.03],
  xName: "predicted probability",
  yTicks: () => [0, 0.25, 0.5, 0.75, 1],
  xTicks: () => [0, 0.25, 0.5, 0.75, 1],
  still: (chart) =>
    element("line", { class: "asymptote", x1: chart.X(0), y1: chart.Y(0), x2: chart.X(1), y2: chart.Y(1) }) +
    chart.label(0.04, 0.95, "observed share", "muted"),
  move: (chart, state) => {
    const { bins } = calibrationSummary(state);
    let d = "";
    for (let k = 0; k <= 200; k++) {
      const p = 0.0005 + (0.999 * k) / 200;
      const truth = ((logit(p) - state.b) * state.T - modelFault.shift) / modelFault.scale;
      d += `${k ? "L" : "M"}${chart.X(p).toFixed(1)} ${chart.Y(sigmoid(truth)).toFixed(1)}`;
    }
    chart.part("curve", "path", { class: "curve first", d });
    bins.forEach((bin, k) => {
      const share = bin.n / calibrationSample.length;
      const height = Math.min(1, share * 1.6) * 0.28 * (chart.Y(0) - chart.Y(1));
      const bar = { x: chart.X(k / 10) + 1, y: chart.Y(0) - height, width: chart.X(0.1) - chart.X(0) - 2, height };
      chart.part(`bar${k}`, "rect", { class: "histogram", ...bar });
      const place = bin.n > 0 ? { cx: chart.X(bin.p / bin.n), cy: chart.Y(bin.y / bin.n), r: 4 + 9 * Math.sqrt(share) } : { r: 0 };
      chart.part(`bin${k}`, "circle", { class: "dot second", ...place });
    });
  },
};

const describeCalibration = (state) => {
  const { loss, ece } = calibrationSummary(state);
  const slope = state.T / modelFault.scale;
  return factList([
    ["log-loss", loss.toFixed(4), loss],
    ["calibration error", ece.toFixed(4), ece],
    ["calibration slope", slope.toFixed(3), slope],
  ]);
};
