// The page: one state, panels that show it, controls that change it.

const find = (id) => document.getElementById(id);
let state = readHash(location.hash);
const timings = [];

const charts = {
  curve: new Chart(find("curve"), curveOptions),
  derivative: new Chart(find("derivative"), derivativeOptions),
  tails: new Chart(find("tails"), tailOptions),
  loss: new Chart(find("loss"), lossOptions),
  gradient: new Chart(find("gradient"), gradientOptions),
  rails: new Chart(find("rails"), railOptions),
  data: new Chart(find("data"), dataOptions),
  calibration: new Chart(find("calibration"), calibrationOptions),
};
const onScore = ["curve", "derivative", "tails", "loss", "gradient", "rails"];

const write = (id, html) => { const node = find(id); if (node.innerHTML !== html) node.innerHTML = html; };

const showScore = () => {
  for (const name of onScore) charts[name].move(state);
  write("formula", describeFormula(state));
  write("meaning", describeMeaning(state));
  write("digits", describeDigits(state));
  write("distance", describeDistance(state));
  write("losses", describeLoss(state));
  write("bits", describeBits(state));
  write("bits-words", describeBitsInWords(state));
  const slider = find("z");
  slider.max = state.span;
  slider.min = -state.span;
  slider.step = state.span / 800;
  slider.value = state.z;
  slider.setAttribute("aria-valuetext", `z = ${plain(state.z)}, probability ${plain(sigmoid(state.z))}`);
  if (document.activeElement !== find("z-number")) find("z-number").value = +state.z.toFixed(4);
  const handle = find("curve");
  handle.setAttribute("aria-valuemin", -state.span);
  handle.setAttribute("aria-valuemax", state.span);
  handle.setAttribute("aria-valuenow", +state.z.toFixed(4));
  handle.setAttribute("aria-valuetext", slider.getAttribute("aria-valuetext"));
};

const showData = () => {
  charts.data.move(state);
  write("fit", dataPanel.describe());
  write("verdict", dataPanel.verdict());
};

const showCalibration = () => {
  charts.calibration.move(state);
  write("calibration-numbers", describeCalibration(state));
  for (const key of ["T", "b"]) {
    find(key).value = key === "T" ? Math.log2(state.T) : state.b;
    find(`${key}-value`).textContent = minus(state[key].toFixed(2));
    find(key).setAttribute("aria-valuetext", state[key].toFixed(2));
  }
};

const showChoices = () => {
  for (const key of ["type", "span", "y", "method"]) for (const input of document.querySelectorAll(`input[name=${key}]`)) input.checked = input.value === String(state[key]);
  for (const input of document.querySelectorAll("input[name=over]")) input.checked = state.over.split(",").includes(input.value);
  const root = document.documentElement;
  if (state.theme === "auto") delete root.dataset.theme; else root.dataset.theme = state.theme;
  const words = { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
  find("theme").textContent = words[state.theme];
  find("through-name").textContent = `through σ(z) in ${state.type}`;
};

// One panel alone, with its controls, as pages of the documentation show it; they are told how high it is.
const showPanel = () => {
  if (!state.panel) return;
  const height = document.body.getBoundingClientRect().height;
  parent.postMessage({ explorer: "height", height: Math.ceil(height) }, "*");
};
const choosePanel = () => {
  document.body.classList.toggle("alone", state.panel !== "");
  for (const section of document.querySelectorAll("main > section")) section.hidden = state.panel !== "" && section.dataset.panel !== state.panel;
  const wanted = panels[state.panel];
  for (const control of document.querySelectorAll("[data-control]")) control.hidden = wanted !== undefined && !wanted.includes(control.dataset.control);
  document.querySelector(".controls").hidden = wanted !== undefined && wanted.length === 0;
};
addEventListener("message", ({ data }) => {
  if (data?.explorer === "theme" && choices.theme.includes(data.theme)) set({ theme: data.theme });
});

const drawAll = () => {
  choosePanel();
  showChoices();
  dataPanel.update(state);
  for (const chart of Object.values(charts)) chart.draw(state);
  showScore();
  showData();
  showCalibration();
  showPanel();
};

let hashTimer = 0;
const remember = () => {
  clearTimeout(hashTimer);
  hashTimer = setTimeout(() => history.replaceState(null, "", `#${writeHash(state)}`), 150);
};

const showers = { z: showScore, T: showCalibration, b: showCalibration, data: () => { dataPanel.update(state); showData(); } };

// Changes of this frame are gathered and shown once. A key without a shower of its own changes the shape of the charts.
let pending = null;
const set = (patch) => {
  Object.assign(state, patch);
  remember();
  if (!pending) {
    pending = new Set();
    requestAnimationFrame(() => {
      const start = performance.now();
      const keys = [...pending];
      pending = null;
      if (keys.some((key) => !Object.hasOwn(showers, key))) drawAll();
      else for (const show of new Set(keys.map((key) => showers[key]))) show();
      document.body.getBoundingClientRect(); // the layout belongs to the cost of a redraw
      timings.push(performance.now() - start);
      if (timings.length > 2000) timings.shift();
    });
  }
  for (const key of Object.keys(patch)) pending.add(key);
};

const setScore = (z) => {
  if (!Number.isFinite(z)) return;
  const inside = Math.max(-state.span, Math.min(state.span, z));
  const unit = state.span / 800;
  set({ z: +(Math.round(inside / unit) * unit).toFixed(4) });
};

for (const name of onScore) draggable(charts[name], (x) => setScore(x));

find("curve").addEventListener("keydown", (event) => {
  const unit = (state.span / 80) * (event.shiftKey ? 10 : 1);
  const moves = { ArrowLeft: -unit, ArrowDown: -unit, ArrowRight: unit, ArrowUp: unit, PageDown: -10 * unit, PageUp: 10 * unit };
  if (Object.hasOwn(moves, event.key)) setScore(state.z + moves[event.key]);
  else if (event.key === "Home") setScore(-state.span);
  else if (event.key === "End") setScore(state.span);
  else return;
  event.preventDefault();
});

find("z").addEventListener("input", (event) => setScore(Number(event.target.value)));
find("z-number").addEventListener("change", (event) => {
  const z = Number(event.target.value);
  if (event.target.value.trim() === "" || !Number.isFinite(z)) { event.target.value = state.z; return; }
  const bounded = Math.max(-750, Math.min(750, z));
  set({ span: choices.span.find((s) => s >= Math.max(Math.abs(bounded), state.span)), z: bounded });
});
for (const input of document.querySelectorAll("input[name=type]")) input.addEventListener("change", () => set({ type: input.value }));
for (const input of document.querySelectorAll("input[name=span]")) input.addEventListener("change", () => {
  const span = Number(input.value);
  set({ span, z: Math.max(-span, Math.min(span, state.z)) });
});
for (const input of document.querySelectorAll("input[name=method]")) input.addEventListener("change", () => {
  set({ method: input.value });
  requestAnimationFrame(() => dataPanel.play(state, showData));
});
for (const input of document.querySelectorAll("input[name=y]")) input.addEventListener("change", () => set({ y: Number(input.value) }));
for (const input of document.querySelectorAll("input[name=over]")) input.addEventListener("change", () => {
  set({ over: [...document.querySelectorAll("input[name=over]:checked")].map((node) => node.value).join(",") });
});
find("T").addEventListener("input", (event) => set({ T: +(2 ** Number(event.target.value)).toFixed(3) }));
find("b").addEventListener("input", (event) => set({ b: Number(event.target.value) }));
find("repair").addEventListener("click", () => set({ T: modelFault.scale, b: +(-modelFault.shift / modelFault.scale).toFixed(3) }));
find("unrepair").addEventListener("click", () => set({ T: 1, b: 0 }));
find("theme").addEventListener("click", () => {
  const order = choices.theme;
  set({ theme: order[(order.indexOf(state.theme) + 1) % order.length] });
});
find("reset").addEventListener("click", () => set({ ...defaults }));

const announce = (text) => { find("status").textContent = text; };
find("copy-python").addEventListener("click", async () => { await copyText(asPython(state)); announce("Copied as Python."); });
find("copy-latex").addEventListener("click", async () => { await copyText(asLatex(state)); announce("Copied as LaTeX."); });
find("copy-link").addEventListener("click", async () => {
  history.replaceState(null, "", `#${writeHash(state)}`);
  await copyText(location.href);
  announce("Copied the link to this view.");
});

// The data set: drag a point, click beside the points to add one, arrows and Delete on the keyboard.
const changePoints = (change) => {
  const points = parsePoints(state.data);
  change(points);
  set({ data: writePoints(points) });
};
const dataSvg = find("data");
let held = null;
const dataPosition = (event) => {
  const box = dataSvg.getBoundingClientRect();
  const x = charts.data.fromX(event.clientX - box.left), y = charts.data.fromY(event.clientY - box.top);
  return { x: +Math.max(-4, Math.min(4, x)).toFixed(2), y: y > 0.5 ? 1 : 0 };
};
dataSvg.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  clearInterval(dataPanel.timer);
  dataSvg.setPointerCapture(event.pointerId);
  if (event.target.classList.contains("point")) {
    held = Number(event.target.dataset.index);
    event.target.focus();
  } else {
    changePoints((points) => { if (points.length < 60) held = points.push(dataPosition(event)) - 1; });
  }
  event.preventDefault();
});
dataSvg.addEventListener("pointermove", (event) => {
  if (held !== null) changePoints((points) => { points[held] = dataPosition(event); });
});
for (const kind of ["pointerup", "pointercancel"]) dataSvg.addEventListener(kind, () => { held = null; });
dataSvg.addEventListener("keydown", (event) => {
  const k = Number(event.target.dataset.index);
  if (!Number.isInteger(k)) return;
  const step = event.shiftKey ? 0.5 : 0.1;
  const moves = { ArrowLeft: [-step, null], ArrowRight: [step, null], ArrowUp: [0, 1], ArrowDown: [0, 0] };
  if (Object.hasOwn(moves, event.key)) {
    changePoints((points) => {
      const [dx, y] = moves[event.key];
      points[k] = { x: Math.max(-4, Math.min(4, points[k].x + dx)), y: y ?? points[k].y };
    });
  } else if (event.key === "Delete" || event.key === "Backspace") {
    changePoints((points) => points.splice(k, 1));
  } else return;
  event.preventDefault();
});
for (const button of document.querySelectorAll("button[data-preset]")) button.addEventListener("click", () => {
  set({ data: presets[button.dataset.preset] });
  requestAnimationFrame(() => dataPanel.play(state, showData));
});

addEventListener("hashchange", () => { state = readHash(location.hash); drawAll(); });
let width = 0;
new ResizeObserver(() => {
  if (document.body.clientWidth === width) return;
  width = document.body.clientWidth;
  drawAll();
}).observe(document.body);

width = document.body.clientWidth;
drawAll();

// What the tests read: the functions as the page uses them, the state, and how long redraws took.
window.explorer = {
  functions: { sigmoid, sigmoidDerivative, softplus, logSigmoid, logit, tanh, tanhDerivative, relu, reluDerivative, gelu, geluDerivative },
  floatTypes, roundTo, roundsToOne, roundsToZero, naive, losses, fitLogistic, parsePoints, readHash, asPython, asLatex, timings, set,
  get state() { return { ...state }; },
};
performance.mark("explorer-drawn");
