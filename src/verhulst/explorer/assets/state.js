// What is shown, kept in the address behind '#', so that a link or a reload brings the same page back.

const initialPoints = "-3.1:0,-2.2:0,-1.7:0,-1:0,-0.6:1,-0.2:0,0.3:0,0.5:1,1.1:1,1.3:0,1.9:1,2.6:1,3.2:1";
const defaults = { z: 1.5, type: "float64", span: 8, over: "", y: 1, T: 1, b: 0, data: initialPoints, method: "newton", panel: "", theme: "auto" };
const limits = { z: [-750, 750], T: [0.2, 5], b: [-3, 3] };
// Panels that can stand alone, in a page of their own, with the controls that they need.
const panels = { curve: ["score"], values: ["score", "type"], bits: ["score", "type"], rails: ["score"], tails: ["score", "type", "span"], loss: ["score", "type"],
  data: [], calibration: [] };
const choices = { type: Object.keys(floatTypes), span: [8, 20, 40, 120, 750], y: [0, 1], method: ["newton", "descent"], theme: ["auto", "light", "dark"],
  panel: ["", ...Object.keys(panels)] };

const parsePoints = (text) =>
  text.split(",").map((pair) => pair.split(":").map(Number))
    .filter(([x, y]) => Number.isFinite(x) && Math.abs(x) <= 4 && (y === 0 || y === 1))
    .slice(0, 60).map(([x, y]) => ({ x, y }));
const writePoints = (points) => points.map(({ x, y }) => `${+x.toFixed(2)}:${y}`).join(",");

// An address may come from anywhere: what is not understood is ignored.
const readHash = (hash) => {
  const state = { ...defaults };
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (!Object.hasOwn(defaults, key)) continue;
    const number = text.trim() === "" ? NaN : Number(text);
    if (Object.hasOwn(limits, key)) {
      if (Number.isFinite(number)) state[key] = Math.min(limits[key][1], Math.max(limits[key][0], number));
    } else if (Object.hasOwn(choices, key)) {
      const found = choices[key].find((choice) => String(choice) === text);
      if (found !== undefined) state[key] = found;
    } else if (key === "over") {
      state.over = text.split(",").filter((name, place, all) => Object.hasOwn(overlays, name) && all.indexOf(name) === place).join(",");
    } else if (key === "data") {
      state.data = writePoints(parsePoints(text));
    }
  }
  if (Math.abs(state.z) > state.span) state.span = choices.span.find((s) => s >= Math.abs(state.z));
  return state;
};

const writeHash = (state) => {
  const changed = Object.entries(state).filter(([key, value]) => value !== defaults[key]);
  return changed.map(([key, value]) => `${key}=${encodeURIComponent(value).replace(/%2C/g, ",").replace(/%3A/g, ":")}`).join("&");
};
