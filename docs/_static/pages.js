// Panels of the explorer follow the theme of the page and are as high as they need; figures open in full size.

const frames = () => document.querySelectorAll("iframe.panel");
const theme = () => document.documentElement.dataset.theme || "auto";
const tell = (frame) => frame.contentWindow.postMessage({ explorer: "theme", theme: theme() }, "*");

for (const frame of frames()) frame.addEventListener("load", () => tell(frame));
new MutationObserver(() => frames().forEach(tell)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
addEventListener("message", ({ data, source }) => {
  if (data?.explorer !== "height") return;
  for (const frame of frames()) {
    if (frame.contentWindow !== source) continue;
    if (Math.abs(frame.clientHeight - data.height) > 1) frame.style.height = `${data.height}px`;
    tell(frame);
  }
});

const viewer = document.createElement("dialog");
viewer.className = "figure-viewer";
viewer.setAttribute("aria-label", "Figure in full size");
document.body.append(viewer);
viewer.addEventListener("click", () => viewer.close());
for (const image of document.querySelectorAll("article img[src$='.svg'], article img[src$='.png']")) {
  if (image.closest("a")) continue;
  image.tabIndex = 0;
  image.setAttribute("role", "button");
  image.title = "Enlarge";
  const open = () => {
    const large = image.cloneNode();
    large.removeAttribute("tabindex");
    large.title = "Close";
    viewer.replaceChildren(large);
    viewer.showModal();
  };
  image.addEventListener("click", open);
  image.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
}
