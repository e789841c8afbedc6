// One score on three rulers: probability, odds, log-odds. Equal steps of log-odds multiply the odds.

const railOptions = {
  x: () => [-8, 8],
  y: () => [0, 3],
  pad: { left: 78, right: 26, top: 12, bottom: 12 },
  xTicks: () => [],
  yTicks: () => [],
  still: (chart) => {
    const ruler = (y, name, marks) => {
      let out = `<line class="base" x1="${chart.X(-8)}" x2="${chart.X(8)}" y1="${chart.Y(y)}" y2="${chart.Y(y)}"/><text class="label" x="0" y="${chart.Y(y) + 4}">${name}</text>`;
      let last = -Infinity;
      for (const [z, text] of marks) {
        out += `<line class="mark" x1="${chart.X(z)}" x2="${chart.X(z)}" y1="${chart.Y(y) - 5}" y2="${chart.Y(y) + 5}"/>`;
        if (chart.X(z) - last < 7 * text.length + 8) continue;
        last = chart.X(z);
        out += `<text class="tick" x="${chart.X(z)}" y="${chart.Y(y) + 20}" text-anchor="middle">${text}</text>`;
      }
      return out;
    };
    const p = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
    const odds = [[1 / 1000, "1:1000"], [1 / 100, "1:100"], [1 / 10, "1:10"], [1 / 3, "1:3"], [1, "1:1"], [3, "3:1"], [10, "10:1"], [100, "100:1"], [1000, "1000:1"]];
    return ruler(2.5, "probability", p.map((v) => [logit(v), String(v)])) +
      ruler(1.5, "odds", odds.map(([v, text]) => [Math.log(v), text])) +
      ruler(0.5, "log-odds", [-8, -6, -4, -2, 0, 2, 4, 6, 8].map((v) => [v, minus(v)]));
  },
  move: (chart, state) => {
    const z = Math.max(-8, Math.min(8, state.z));
    chart.part("line", "line", { class: "cursor", x1: chart.X(z), x2: chart.X(z), y1: chart.Y(2.5) - 10, y2: chart.Y(0.5) + 10 });
    [[2.5, "first", plain(sigmoid(state.z))], [1.5, "second", oddsInWords(state.z)], [0.5, "third", plain(state.z)]].forEach(([y, stroke, text], k) => {
      chart.part(`dot${k}`, "circle", { class: `dot ${stroke}`, cx: chart.X(z), cy: chart.Y(y), r: 6 });
      const flip = z > 4;
      chart.part(`text${k}`, "text", { class: `value ${stroke}`, x: chart.X(z) + (flip ? -11 : 11), y: chart.Y(y) - 9, "text-anchor": flip ? "end" : "start" }, text);
    });
  },
};

const oddsInWords = (z) => (z >= 0 ? `${plain(Math.exp(z), 3)} : 1` : `1 : ${plain(Math.exp(-z), 3)}`);
