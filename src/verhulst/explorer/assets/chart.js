// A chart: an SVG that draws its still part once per change of shape, and moves only the cursor while one drags.

const svgNamespace = "http://www.w3.org/2000/svg";

// One SVG element as text.
const element = (name, attributes, content = "") => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`);
  return `<${name}${written.join("")}>${content}</${name}>`;
};

const niceTicks = (low, high, about) => {
  const rough = (high - low) / about;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= rough * 0.999);
  const ticks = [];
  for (let k = Math.ceil(low / step); k * step <= high + 1e-9 * step; k++) ticks.push(+(k * step).toPrecision(12));
  return ticks;
};

class Chart {
  // options: x, y: functions state -> [low, high]; still(chart, state), move(chart, state); pad; yTicks, yFormat, xTicks, xFormat, xName
  constructor(svg, options) {
    this.svg = svg;
    this.options = options;
    this.pad = { left: 46, right: 14, top: 10, bottom: options.xName ? 42 : 26, ...options.pad };
    svg.replaceChildren(...["still", "moving"].map((name) => {
      const g = document.createElementNS(svgNamespace, "g");
      g.setAttribute("class", name);
      return g;
    }));
    [this.stillLayer, this.movingLayer] = svg.children;
  }

  draw(state) {
    this.width = this.svg.clientWidth || 600;
    this.height = this.svg.clientHeight || 280;
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    [this.x0, this.x1] = this.options.x(state);
    [this.y0, this.y1] = this.options.y(state);
    this.stillLayer.innerHTML = this.axes() + this.options.still(this, state);
    this.movingLayer.innerHTML = "";
    this.parts = {};
    this.move(state);
  }

  move(state) { this.options.move?.(this, state); }

  inner() {
    return { width: this.width - this.pad.left - this.pad.right, height: this.height - this.pad.top - this.pad.bottom };
  }

  X(x) { return this.pad.left + ((x - this.x0) / (this.x1 - this.x0)) * this.inner().width; }
  Y(y) { return this.height - this.pad.bottom - ((y - this.y0) / (this.y1 - this.y0)) * this.inner().height; }
  fromX(px) { return this.x0 + ((px - this.pad.left) / this.inner().width) * (this.x1 - this.x0); }
  fromY(py) { return this.y0 + ((this.height - this.pad.bottom - py) / this.inner().height) * (this.y1 - this.y0); }

  axes() {
    const { xTicks, yTicks, xFormat = minus, yFormat = minus, xName = "" } = this.options;
    const xs = xTicks ? xTicks(this) : niceTicks(this.x0, this.x1, Math.min(8, this.width / 70));
    const ys = yTicks ? yTicks(this) : niceTicks(this.y0, this.y1, Math.min(6, this.height / 45));
    const { left, top } = this.pad, right = this.width - this.pad.right, bottom = this.height - this.pad.bottom;
    const frame = { x: left, y: top - 4, width: right - left, height: bottom - top + 6 };
    let out = element("clipPath", { id: `clip-${this.svg.id}` }, element("rect", frame));
    for (const y of ys) {
      out += element("line", { class: "grid", x1: left, x2: right, y1: this.Y(y), y2: this.Y(y) });
      out += element("text", { class: "tick", x: left - 7, y: this.Y(y) + 4, "text-anchor": "end" }, yFormat(y));
    }
    for (const x of xs) {
      out += element("line", { class: "grid", x1: this.X(x), x2: this.X(x), y1: top, y2: bottom });
      out += element("text", { class: "tick", x: this.X(x), y: bottom + 17, "text-anchor": "middle" }, xFormat(x));
    }
    if (xName) out += element("text", { class: "axis", x: right, y: this.height - 3, "text-anchor": "end" }, xName);
    return out + element("line", { class: "base", x1: left, x2: right, y1: bottom, y2: bottom });
  }

  // A dashed line at y over the whole width.
  level(y) {
    const x = { x1: this.pad.left, x2: this.width - this.pad.right };
    return element("line", { class: "asymptote", ...x, y1: this.Y(y), y2: this.Y(y) });
  }

  // A curve of f over the whole width; it is broken where f is not finite, and held at the edge outside the axes.
  curve(f, stroke, extra = "") {
    const points = Math.max(2, Math.round(this.inner().width / 1.5));
    const top = this.y1 + (this.y1 - this.y0), floor = this.y0 - (this.y1 - this.y0);
    let path = "", pen = false;
    for (let k = 0; k <= points; k++) {
      const x = this.x0 + ((this.x1 - this.x0) * k) / points, y = f(x);
      if (!Number.isFinite(y)) { pen = false; continue; }
      path += `${pen ? "L" : "M"}${this.X(x).toFixed(1)} ${this.Y(Math.max(floor, Math.min(top, y))).toFixed(1)}`;
      pen = true;
    }
    return element("path", { class: `curve ${stroke} ${extra}`, d: path, "clip-path": `url(#clip-${this.svg.id})` });
  }

  label(x, y, text, cls = "", anchor = "start", dx = 0, dy = 0) {
    const place = { x: this.X(x) + dx, y: this.Y(y) + dy, "text-anchor": anchor };
    return element("text", { class: `label ${cls}`, ...place }, text);
  }

  // Where z rounds away in the chosen type: shaded, with a line and, in the chart that says so, a few words.
  zones(state) {
    const type = floatTypes[state.type];
    const top = this.pad.top, bottom = this.height - this.pad.bottom, right = this.width - this.pad.right;
    let out = "";
    for (const [z, digit] of [[roundsToOne(type), 1], [roundsToZero(type), 0]]) {
      if (z <= this.x0 || z >= this.x1) continue;
      const edge = this.X(z), from = digit ? edge : this.pad.left, to = digit ? right : edge;
      out += element("rect", { class: "zone", x: from, y: top, width: to - from, height: bottom - top });
      out += element("line", { class: "edge", "data-edge": z.toFixed(2), x1: edge, x2: edge, y1: top, y2: bottom });
      if (this.options.zoneWords) {
        const outside = to - from > 74; // is there room for the words inside the zone?
        const start = (digit === 1) === outside, x = edge + (start ? 6 : -6);
        const second = element("tspan", { x, dy: 15 }, `${digit ? "from" : "below"} ${minus(z.toFixed(2))}`);
        const place = { x, y: (top + bottom) / 2, "text-anchor": start ? "start" : "end" };
        out += element("text", { class: "label muted", ...place }, `rounds to ${digit}${second}`);
      }
    }
    return out;
  }

  // Moving parts are made once and then only given new attributes.
  part(name, tag, attributes, text) {
    let node = this.parts[name];
    if (!node) {
      node = this.parts[name] = document.createElementNS(svgNamespace, tag);
      this.movingLayer.append(node);
    }
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (text !== undefined && node.textContent !== text) node.textContent = text;
    return node;
  }

  cursorLine(x) {
    const y = { y1: this.pad.top, y2: this.height - this.pad.bottom };
    this.part("line", "line", { class: "cursor", x1: this.X(x), x2: this.X(x), ...y });
  }

  // A ringed dot on a curve with its value beside it, on the side that has room.
  marker(name, x, y, stroke, text, below = false) {
    const inside = Number.isFinite(y) && y >= this.y0 - 1e-12 && y <= this.y1 + 1e-12;
    const px = this.X(x), py = inside ? this.Y(y) : 0;
    this.part(`${name}-dot`, "circle", { class: `dot ${stroke}`, cx: px, cy: py, r: inside ? 6 : 0 });
    if (text === undefined) return;
    const flip = px > this.width - this.pad.right - 8.2 * text.length - 14;
    const low = below && py < this.height - this.pad.bottom - 26; // beside a rising curve there is room below
    const rise = low || py < this.pad.top + 16 ? 20 : -10;
    const place = { x: px + (flip ? -11 : 11), y: py + rise, "text-anchor": flip ? "end" : "start" };
    this.part(`${name}-text`, "text", { class: `value ${stroke}`, ...place }, text);
  }
}

// Dragging anywhere on a chart: `take` gets data coordinates. Touch keeps vertical scrolling.
const draggable = (chart, take) => {
  const svg = chart.svg;
  svg.classList.add("draggable");
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    take(chart.fromX(event.clientX - box.left), chart.fromY(event.clientY - box.top));
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    svg.setPointerCapture(event.pointerId);
    at(event);
  });
  svg.addEventListener("pointermove", (event) => { if (svg.hasPointerCapture(event.pointerId)) at(event); });
};
