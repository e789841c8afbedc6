"""How long one waits for a picture: figures, and the explorer in a browser."""

from __future__ import annotations

import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np

import verhulst as vh

JAVASCRIPT = {
    "sigmoid": "sigmoid", "sigmoidDerivative": "sigmoid_derivative", "softplus": "softplus",
    "logSigmoid": "log_sigmoid",
    "tanh": "tanh", "tanhDerivative": "tanh_derivative", "gelu": "gelu",
}  # fmt: skip


def figures() -> list[str]:
    """Seconds from the call to the written PNG in a fresh process, the module's import included; and of CPU alone."""
    lines = ["| figure | s | s of CPU |", "|---|---|---|"]
    code = (
        "import sys, tempfile, time, verhulst as vh; from verhulst.figures.registry import plot, save\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    start, work = time.perf_counter(), time.process_time()\n"
        "    save(plot(sys.argv[1]), folder + '/a.png')\n"
        "    print(time.perf_counter() - start, time.process_time() - work)\n"
    )
    for name in vh.figures.FIGURES:
        done = subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, check=True)
        wall, work = (float(text) for text in done.stdout.split())
        lines.append(f"| {name} | {wall:.2f} | {work:.2f} |")
    return lines


def explorer() -> list[str]:
    """First picture, cost of a redraw while dragging, size, and errors of the page's functions."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        return ["NOT RUN: no Chromium on this machine"]
    from playwright.sync_api import sync_playwright

    lines = ["| explorer | measured | target |", "|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = vh.explore(pathlib.Path(folder) / "explorer.html").path
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        firsts, page = [], browser.new_page()
        for _ in range(9):
            page = browser.new_page(viewport={"width": 1360, "height": 900})
            page.goto(f"{path.as_uri()}#span=40&over=tanh,relu,gelu")
            page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
            firsts.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        lines.append(f"| size | {path.stat().st_size / 1000:.0f} kB | < 300 kB |")
        lines.append(
            f"| first picture (first contentful paint), median of 9 | {statistics.median(firsts):.0f} ms | < 1000 ms |"
        )
        for chart, words in (("#curve", "score"), ("#data .point", "data point, refit")):
            timings = drag(page, chart)
            lines.append(
                f"| redraw while dragging a {words}, layout included: median, 95 % of {len(timings)} | "
                f"{statistics.median(timings):.1f}, {np.quantile(timings, 0.95):.1f} ms | ≤ 16 ms |"
            )
        for name, error in errors(page).items():
            lines.append(f"| largest error of {name} on ±750 | {error:.1f} ULP | ≤ 4 ULP |")
        browser.close()
    return lines


def drag(page: Any, selector: str) -> list[float]:
    """Drags something to and fro, and gives the milliseconds of each redraw."""
    page.evaluate("explorer.timings.length = 0")
    target = page.locator(selector).first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(200):
        page.mouse.move(x + 120 * np.sin(k / 10), y)
    page.mouse.up()
    time.sleep(0.1)
    timings: list[float] = page.evaluate("explorer.timings")
    return timings


def errors(page: Any) -> dict[str, float]:
    """Largest difference between the page's functions and verhulst's, in ULP."""
    z = np.concatenate([np.linspace(-s, s, 4001) for s in (8, 20, 40, 120, 750)])
    worst = {}
    for name, ours in JAVASCRIPT.items():
        texts = page.evaluate(f"values => values.map(v => String(explorer.functions.{name}(v)))", z.tolist())
        exact = getattr(vh, ours)(z)
        worst[ours] = float((np.abs(np.array(texts, dtype=float) - exact) / np.spacing(np.abs(exact))).max())
    return worst


def main() -> str:
    """The tables, as Markdown."""
    return "\n".join(["# Seeing: how long one waits", "", *explorer(), "", *figures(), ""])
