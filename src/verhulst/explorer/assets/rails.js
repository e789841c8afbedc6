// One score on three rulers: probability, odds, log-odds. Equal steps of log-odds multiply the odds.

const railOptions = {
  x: () => [-8, 8],
  y: () => [0, 3],
  pad: { left: 78, right: 26, top: 12, bottom: 12 },
  xTicks: () => [],
  yTicks: () => [],
  still: (chart) => {
    const ruler = (y, name, marks) => {
      const at = chart.Y(y);
      let out = element("line", { class: "base", x1: chart.X(-8), x2: chart.X(8), y1: at, y2: at });
      out += element("text", { class: "label", x: 0, y: at + 4 }, name);
      let last = -Infinity;
      for (const [z, text] of marks) {
        const x = chart.X(z);
        out += element("line", { class: "mark", x1: x, x2: x, y1: at - 5, y2: at + 5 });
        if (x - last < 7 * text.length + 8) continue; // no room for the words
        last = x;
        out += element("text", { class: "tick", x, y: at + 20, "text-anchor": "middle" }, text);
      }
      return out;
    };
    const p = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
    const against = [1000, 100, 10, 3].map((n) => [-Math.log(n), `1:${n}`]);
    const odds = [...against, [0, "1:1"], ...[3, 10, 100, 1000].map((n) => [Math.log(n), `${n}:1`])];
    return ruler(2.5, "probability", p.map((v) => [logit(v), String(v)])) + ruler(1.5, "odds", odds) +
      ruler(0.5, "log-odds", [-8, -6, -4, -2, 0, 2, 4, 6, 8].map((v) => [v, minus(v)]));
  },
  move: (chart, state) => {
    const z = Math.max(-8, Math.min(8, state.z));
    const x = chart.X(z), flip = z > 4;
    chart.part("line", "line", { class: "cursor", x1: x, x2: x, y1: chart.Y(2.5) - 10, y2: chart.Y(0.5) + 10 });
    const values = [
      [2.5, "first", plain(sigmoid(state.z))],
      [1.5, "second", oddsInWords(state.z)],
      [0.5, "third", Math.abs(state.z) > 8 ? (state.z > 0 ? `${plain(state.z)} →` : `← ${plain(state.z)}`) : plain(state.z)],
    ];
    values.forEach(([y, stroke, text], k) => {
      chart.part(`dot${k}`, "circle", { class: `dot ${stroke}`, cx: x, cy: chart.Y(y), r: 6 });
      const place = { x: x + (flip ? -11 : 11), y: chart.Y(y) - 9, "text-anchor": flip ? "end" : "start" };
      chart.part(`text${k}`, "text", { class: `value ${stroke}`, ...place }, text);
    });
  },
};

const oddsInWords = (z) => (z >= 0 ? `${plain(Math.exp(z), 3)} : 1` : `1 : ${plain(Math.exp(-z), 3)}`);
