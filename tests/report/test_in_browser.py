"""Reports in the system's Chromium: nothing is fetched, nothing sticks out, text can be read in both themes."""

from __future__ import annotations

import math
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import verhulst as vh

# WCAG 2.2, level AA: 4.5 for text, 3 for graphics.
TEXT, GRAPHICS = 4.5, 3.0
NAMES = ("model", "judged", "classes", "both", "calibrator")


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of the reports of a model, of one of seven classes, and of a calibrator."""
    folder = pathlib.Path(tmp_path_factory.mktemp("report"))
    vh.report(vh.fit_table(vh.data.load_dataset("anes96"), "vote", positive="Dole"), folder / "model.html")
    votes = vh.data.load_dataset("anes96")
    judged = vh.fit_table(votes.slice(0, 600), "vote", positive="Dole")
    vh.report(judged, folder / "judged.html", votes.slice(600))
    vh.report(vh.fit_table(votes, "party", multinomial=True), folder / "classes.html")
    small = vh.fit_table(votes, "vote", positive="Dole", columns=["age", "income"])
    vh.report((small, vh.fit_table(votes, "vote", positive="Dole")), folder / "both.html")
    rng = np.random.default_rng(0)
    z = rng.normal(0, 2, 500)
    y = rng.random(500) < vh.sigmoid(z)
    vh.report(vh.calibrate(2 * z, y), folder / "calibrator.html", data=(2 * z, y))
    return {name: (folder / f"{name}.html").as_uri() for name in NAMES}


@pytest.fixture
def open_page(browser: Any, addresses: dict[str, str]) -> Iterator[Any]:
    contexts, complaints = [], []

    def opener(name: str = "model", **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: complaints.append(request.url) if "file:" not in request.url else None)
        page.goto(addresses[name])
        return page

    yield opener
    for context in contexts:
        context.close()
    assert complaints == []


def luminance(color: str) -> float:
    """Relative luminance of an `rgb(r, g, b)`, by WCAG."""
    shares = [int(part) / 255 for part in color.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read(open_page: Any, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    style = "(selector, name) => getComputedStyle(document.querySelector(selector))[name]"
    paper = page.evaluate(f"({style})('body', 'backgroundColor')")
    assert (luminance(paper) > 0.5) == (scheme == "light")
    for selector in ("body", ".note", ".figures dt", "thead th", "summary", "footer"):
        assert contrast(page.evaluate(f"({style})('{selector}', 'color')"), paper) >= TEXT, selector
    for selector, name in (
        (".outcome1", "fill"),
        (".outcome0", "fill"),
        (".whisker.clear", "stroke"),
        (".chart .axis", "stroke"),
    ):
        assert contrast(page.evaluate(f"({style})('{selector}', '{name}')"), paper) >= GRAPHICS, selector


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [320, 768, 1400])
def test_nothing_sticks_out(open_page: Any, width: int, name: str) -> None:
    page = open_page(name, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate(
        """() => [...document.querySelectorAll('svg.chart text')].filter(text => {
            const own = text.getBoundingClientRect(), chart = text.closest('svg').getBoundingClientRect();
            return own.left < chart.left - 1 || own.right > chart.right + 1 || own.bottom > chart.bottom + 1;
        }).map(text => text.textContent)"""
    )
    assert outside == []


@pytest.mark.parametrize("name", ["judged", "classes", "both"])
def test_tables_of_effects_are_whole_on_a_phone(open_page: Any, name: str) -> None:
    """No number and no plot has to be scrolled to; a name is not broken to make room for the numbers."""
    page = open_page(name, viewport={"width": 390, "height": 800})
    found = page.evaluate(
        """() => [...document.querySelectorAll('table.effects, table.points, table.pairs')].map(table => {
            const cells = [...table.querySelectorAll('th, td, svg')].filter(cell => cell.getClientRects().length);
            return [table.parentElement.scrollWidth - table.parentElement.clientWidth,
                    Math.max(...cells.map(cell => cell.getBoundingClientRect().right)),
                    Math.min(...[...table.querySelectorAll('tbody th')].map(cell => cell.clientWidth))];
        })"""
    )
    assert found
    for hidden, right, narrowest in found:
        assert hidden <= 0
        assert right <= 390
        assert narrowest > 300


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_curve_of_a_calibrator_can_be_seen(open_page: Any, scheme: str) -> None:
    page = open_page("calibrator", color_scheme=scheme)
    style = "(selector, name) => getComputedStyle(document.querySelector(selector))[name]"
    paper = page.evaluate(f"({style})('body', 'backgroundColor')")
    assert contrast(page.evaluate(f"({style})('.chart .curve', 'stroke')"), paper) >= GRAPHICS
    assert contrast(page.evaluate(f"({style})('.chart text.label1', 'fill')"), paper) >= TEXT


def test_the_guide_unfolds_by_keyboard(open_page: Any) -> None:
    page = open_page()
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("dl.guide").is_visible()


def test_the_forest_stands_where_the_numbers_say(open_page: Any) -> None:
    page = open_page()
    rows = page.evaluate(
        """() => [...document.querySelectorAll('table.effects tbody tr')].map(row => {
            const dot = row.querySelector('.estimate'), cell = row.querySelector('td.number');
            return dot && [parseFloat(cell.textContent), parseFloat(dot.getAttribute('cx'))];
        }).filter(Boolean)"""
    )
    ratios, places = zip(*sorted(rows), strict=True)
    assert len(rows) == 11
    per_unit = (places[-1] - places[0]) / math.log(ratios[-1] / ratios[0])
    for ratio, place in zip(ratios, places, strict=True):
        assert abs(place - places[0] - per_unit * math.log(ratio / ratios[0])) < 0.5
