// A small data set whose points can be moved, and the logistic regression through it, refitted at every move.

const presets = {
  overlapping: initialPoints,
  separated: "-3.2:0,-2.5:0,-1.9:0,-1.2:0,-0.7:0,0.4:1,0.9:1,1.6:1,2.2:1,3:1",
  outlier: "-3.2:0,-2.5:0,-1.9:0,-1.2:0,-0.7:0,0.4:1,0.9:1,1.6:1,2.2:1,3:1,3.6:0",
  rare: "-3.4:0,-3:0,-2.6:0,-2.1:0,-1.8:0,-1.3:0,-1:0,-0.6:0,-0.3:0,0.2:0,0.7:0,1.1:0,1.6:1,2.1:0,2.7:1",
};

const dataOptions = {
  x: () => [-4, 4],
  y: () => [-0.12, 1.12],
  xName: "x",
  yTicks: () => [0, 0.25, 0.5, 0.75, 1],
  still: () => "",
  move: (chart, state) => {
    const points = parsePoints(state.data);
    const fit = dataPanel.fit, path = fit.path.slice(0, dataPanel.shown + 1);
    const [a, b] = path[path.length - 1];
    const line = (a0, b0) => {
      let d = "";
      for (let k = 0; k <= 160; k++) {
        const x = -4 + k / 20;
        d += `${k ? "L" : "M"}${chart.X(x).toFixed(1)} ${chart.Y(sigmoid(a0 + b0 * x)).toFixed(1)}`;
      }
      return d;
    };
    chart.part("before", "path", { class: "curve ghost", d: path.length > 1 ? line(...path[path.length - 2]) : "" });
    chart.part("fit", "path", { class: "curve first", d: line(a, b) });
    const halfway = -a / b;
    const shown = Number.isFinite(halfway) && Math.abs(halfway) < 4;
    chart.part("half", "line", { class: "edge", x1: shown ? chart.X(halfway) : -9, x2: shown ? chart.X(halfway) : -9, y1: chart.Y(0), y2: chart.Y(1) });
    dataPanel.place(chart, points);
  },
};

const dataPanel = {
  fit: fitLogistic(parsePoints(initialPoints)),
  shown: 99,
  timer: 0,
  state: { method: "newton", data: initialPoints },
  nodes: [],

  // Refit; a run-away is shown step by step, unless motion is unwelcome.
  update(state) {
    this.fit = fitLogistic(parsePoints(state.data), state.method);
    this.state = state;
    this.shown = this.fit.path.length - 1;
  },

  play(state, redraw) {
    clearInterval(this.timer);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.shown = 0;
    redraw();
    // Newton's steps one by one; the many of gradient descent faster and faster.
    this.timer = setInterval(() => {
      this.shown = Math.min(this.fit.path.length - 1, this.shown + (state.method === "newton" ? 1 : 1 + (this.shown >> 3)));
      if (this.shown >= this.fit.path.length - 1) clearInterval(this.timer);
      redraw();
    }, 260);
  },

  place(chart, points) {
    while (this.nodes.length > points.length) this.nodes.pop().remove();
    points.forEach(({ x, y }, k) => {
      if (!this.nodes[k] || !this.nodes[k].isConnected) {
        const node = document.createElementNS(svgNamespace, "circle");
        node.setAttribute("tabindex", "0");
        node.setAttribute("role", "button");
        node.setAttribute("r", "9");
        node.dataset.index = k;
        chart.svg.append(node);
        this.nodes[k] = node;
      }
      const node = this.nodes[k];
      node.setAttribute("class", `point ${y === 1 ? "first" : "second"}`);
      node.setAttribute("cx", chart.X(x));
      node.setAttribute("cy", chart.Y(y));
      node.setAttribute("aria-label", `point ${k + 1}: x = ${minus(x)}, y = ${y}. Arrows move it, Delete removes it.`);
    });
  },

  describe() {
    const { fit } = this;
    const step = Math.min(this.shown, fit.path.length - 1);
    const [a, b] = fit.path[step];
    const running = fit.obstacle !== null;
    const away = (value) => `${plain(value)} → ${value < 0 ? "−∞" : "∞"}`;
    return factList([
      ["intercept", running && Math.abs(a) > 1e-6 ? away(a) : plain(a), a],
      ["slope", running ? away(b) : plain(b), b],
      ["± standard error", running ? "∞" : plain(fit.errors[step], 2), fit.errors[step]],
      ["odds ratio per unit", running ? (b < 0 ? "0" : "∞") : plain(Math.exp(b)), Math.exp(b)],
      ["log-likelihood", plain(fit.values[step], 5), fit.values[step]],
      ["crosses ½ at x", plain(-a / b, 3), -a / b],
      [this.state.method === "newton" ? "Newton steps" : "gradient steps", `${step} of ${fit.path.length - 1}`, step],
    ]);
  },

  verdict() {
    const words = {
      separated:
        "<b>Separated.</b> A threshold on x tells the classes apart, so a steeper curve is always better: there is no " +
        "maximum, the slope grows without limit, and the log-likelihood rises with every step towards 0. A program that prints a finite slope stopped too early. Let one point " +
        "overlap, or use Firth's penalty.",
      "quasi-separated":
        "<b>Quasi-separated.</b> The classes touch at one value of x only: the slope still grows without limit.",
      "one class only":
        "<b>One class only.</b> The best intercept is infinite and the slope is not determined. " +
        "Click the upper or lower half to add a point.",
      "one value of x only": "<b>One value of x only.</b> There is no slope to estimate.",
    };    const lessons = {
      overlapping:
        "The classes overlap, so there is a best curve. Its slope is uncertain: the standard error says by how much it " +
        "would vary with other points of the same kind.",
      outlier:
        "<b>One outlier.</b> A single point on the wrong side makes the slope finite, and small: confident and wrong costs most, " +
        "so the whole curve gives way. Drag that point to and fro.",
      rare:
        "<b>Rare ones.</b> Two ones among fifteen points: the curve stays low, and the standard error is large. What is " +
        "rare, not the number of points, limits what can be known.",
    };
    const preset = Object.keys(lessons).find((name) => presets[name] === this.state.data);
    const how = this.state.method === "newton" ? "Newton's method takes a few steps." : "Gradient descent takes many small steps.";
    return words[this.fit.obstacle] ?? `${lessons[preset] ?? "The curve is fitted again at every change."} ${how}`;
  },
};
