"""Names and values from data run no script and load nothing: reports, figures, the explorer and what notebooks show."""

from __future__ import annotations

import pathlib
import xml.etree.ElementTree as ElementTree
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

import verhulst as vh

MARK = "window.ran=1"
HOSTILE = [
    f"<script>{MARK}</script>",
    f'"><img src=x onerror="{MARK}">',
    f"'><svg onload='{MARK}'>",
    f"</title></style></textarea><script>{MARK}</script>",
    f"<!--<script>{MARK}//-->",
    f"]]><script>{MARK}</script>",
    f"javascript:{MARK}",
    f"&lt;script&gt;{MARK}&lt;/script&gt;",
    f"{{{{script}}}}<iframe srcdoc='<script>parent.{MARK}</script>'>",
    f"\x1b]8;;x\x07\x00\ud800\u202e<script>{MARK}</script>",
]
NAMES = HOSTILE[:-1]  # without what cannot be a name in a table


@pytest.fixture(scope="module")
def model() -> Any:
    rng = np.random.default_rng(0)
    y, n = f"y{NAMES[0]}", 30 * len(NAMES)
    columns: dict[str, Any] = {y: [f"no{NAMES[1]}", f"yes{NAMES[2]}"] * (n // 2)}
    columns |= {name: rng.standard_normal(n) for name in NAMES[3:]}
    columns[f"g{NAMES[1]}"] = NAMES * (n // len(NAMES))
    return vh.fit_table(columns, y, positive=f"yes{NAMES[2]}", categorical=[f"g{NAMES[1]}"])


def pages(model: Any, folder: pathlib.Path) -> dict[str, str]:
    rng = np.random.default_rng(1)
    z, y = rng.standard_normal(300), rng.integers(0, 2, 300)
    groups = np.array(NAMES * 40, dtype=object)[:300]
    vh.report(model, folder / "report.html")
    calibrator = vh.calibration.Platt().fit(z, y)
    calibrator.column_ = HOSTILE[0]
    vh.report(calibrator, folder / "calibrator.html", (z, y))
    shown = [model, model.summary(), model.odds_ratios(), vh.evaluate(y, logits=z, by=groups)]
    notebook = [each._repr_html_() for each in shown if hasattr(each, "_repr_html_")]
    figures = [
        vh.figures.draw_forest(vh.figures.prepare_forest(HOSTILE, [2.0] * 10, [1.0] * 10, [3.0] * 10)),
        vh.figures.draw_probability_by_outcome(
            vh.figures.prepare_probability_by_outcome(y, vh.sigmoid(z), labels=(HOSTILE[0], HOSTILE[1]))
        ),
    ]
    for number, figure in enumerate(figures):
        vh.figures.save(figure, folder / f"figure{number}.svg")
        notebook.append(vh.figures.to_svg(figure, label=HOSTILE[1]))
    text = "<!doctype html><meta charset=utf-8>" + "".join(notebook) + vh.explore()._repr_html_()
    (folder / "notebook.html").write_text(text, encoding="utf-8")
    vh.explore(folder / "explorer.html")
    addresses = {path.name: path.as_uri() for path in folder.iterdir()}
    for number, name in enumerate(NAMES[::3]):
        fragment = "&".join(f"{quote(key)}={quote(name)}" for key in ("over", "data", "type", "theme", name))
        addresses[f"explorer {number}"] = f"{addresses['explorer.html']}#{fragment}"
    return addresses


def test_no_script_runs_and_nothing_is_loaded(browser: Any, model: Any, tmp_path: pathlib.Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_content(HOSTILE[0])
    assert page.evaluate("window.ran") == 1  # where nothing is escaped it does run
    page.close()
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    for name, address in pages(model, tmp_path).items():
        page = context.new_page()
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        page.goto(address)
        ran = [frame.evaluate("window.ran") for frame in page.frames]
        assert not any(ran), name
        page.close()
    context.close()
    assert [url for url in requests if not url.startswith(("file:", "about:"))] == []
    assert {url.partition("#")[0] for url in requests if url.startswith("file:")} == {
        path.as_uri() for path in tmp_path.iterdir()
    }


@pytest.mark.parametrize("name", [*HOSTILE, "$", "$$", r"$\unknown$", "a_$x^$_b", "\x00\x08\x1b\x7f\ufffe", "日本", ""])
def test_figures_draw_names_as_they_are(tmp_path: pathlib.Path, name: str) -> None:
    forest = vh.figures.draw_forest(vh.figures.prepare_forest([name], [2.0], [1.0], [3.0]))
    label = forest.axes[0].get_yticklabels()[0].get_text()
    assert label.replace(r"\$", "$").count("$") == name.count("$")
    if name != "日本":  # matplotlib's own font does not have it, which is a warning
        vh.figures.save(forest, tmp_path / "a.svg")
        ElementTree.parse(tmp_path / "a.svg")
