"""Every control of the page, driven in a browser; what it does is read out of the DOM."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import verhulst as vh
from verhulst.explorer.assembly import PANELS


def settle(page: Any) -> None:
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def fact(page: Any, panel: str, name: str) -> float:
    return float(page.get_attribute(f"#{panel} dd[data-name='{name}']", "data-value"))


def state(page: Any) -> dict[str, Any]:
    settle(page)
    return page.evaluate("explorer.state")


def drag(page: Any, selector: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = page.locator(selector).bounding_box()
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    page.mouse.up()
    settle(page)


@pytest.mark.parametrize("chart", ["curve", "derivative", "tails", "loss", "gradient", "rails"])
def test_dragging_in_any_chart_moves_everything(open_page: Any, chart: str) -> None:
    page = open_page()
    drag(page, f"#{chart}", (0.5, 0.5), (0.8, 0.4))
    z = state(page)["z"]
    assert 3 < z < 7
    p = float(vh.sigmoid(z))
    assert fact(page, "meaning", "probability") == pytest.approx(p, rel=1e-15)
    assert fact(page, "meaning", "odds") == pytest.approx(math.exp(z), rel=1e-15)
    assert fact(page, "meaning", "log-odds") == z
    assert fact(page, "meaning", "slope σ′") == pytest.approx(float(vh.sigmoid_derivative(z)), rel=1e-15)
    assert float(page.input_value("#z")) == pytest.approx(z, abs=0.011)
    lines = page.eval_on_selector_all("svg .cursor", "lines => lines.map(l => Number(l.getAttribute('x1')))")
    assert len(lines) == 6
    assert page.inner_text("#formula strong").startswith("0.99")
    assert float(page.get_attribute("#curve", "aria-valuenow")) == z


def test_keyboard_moves_the_cursor(open_page: Any) -> None:
    page = open_page("#z=0")
    page.focus("#curve")
    for key, expected in [
        ("ArrowRight", 0.1),
        ("Shift+ArrowRight", 1.1),
        ("ArrowLeft", 1.0),
        ("PageDown", 0.0),
        ("End", 8),
        ("Home", -8),
    ]:
        page.keyboard.press(key)
        assert state(page)["z"] == pytest.approx(expected)
    assert "z = −8.000, probability 0.0003354" in page.get_attribute("#curve", "aria-valuetext")


def test_touch_drags(open_page: Any) -> None:
    page = open_page("#z=0", has_touch=True, viewport={"width": 390, "height": 800})
    box = page.locator("#curve").bounding_box()
    page.touchscreen.tap(box["x"] + 0.9 * box["width"], box["y"] + 0.5 * box["height"])
    assert state(page)["z"] > 5
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_number_box_takes_any_score_and_widens_the_range(open_page: Any) -> None:
    page = open_page()
    page.fill("#z-number", "36.5")
    page.keyboard.press("Enter")
    assert state(page)["z"] == 36.5
    assert state(page)["span"] == 40
    page.fill("#z-number", "1e9")
    page.keyboard.press("Enter")
    assert state(page)["z"] == 750
    page.fill("#z-number", "")
    page.keyboard.press("Tab")
    assert state(page)["z"] == 750


@pytest.mark.parametrize(
    ("kind", "edges"),
    [("float64", []), ("float32", ["17.33"]), ("float16", ["8.32", "-17.33"]), ("bfloat16", ["6.24"])],
)
def test_number_type_draws_its_saturation_lines(open_page: Any, kind: str, edges: list[str]) -> None:
    page = open_page("#span=20")
    page.check(f"input[name=type][value={kind}]", force=True)
    settle(page)
    assert page.eval_on_selector_all("#curve .edge", "lines => lines.map(l => l.dataset.edge)") == edges
    assert kind in page.inner_text("#distance")


def test_saturation_is_told(open_page: Any) -> None:
    page = open_page("#z=18&span=20&type=float32")
    assert "σ(z) is 1" in page.inner_text("#distance")
    assert page.get_attribute("#digits tr[data-row='1 − σ(z)'] td[data-kind=written]", "data-value") == "0"
    stable = float(page.get_attribute("#digits tr[data-row='1 − σ(z)'] td[data-kind=stable]", "data-value"))
    assert np.float32(stable) == vh.sigmoid(np.float32(-18))
    assert page.get_attribute("#digits tr[data-row='1 − σ(z)'] td.bar", "data-digits") == "0.0"


def test_digits_are_those_of_the_naive_formula(open_page: Any) -> None:
    page = open_page("#z=10&span=20&type=float32")
    z = np.float32(10)
    s = np.float32(1) / (np.float32(1) + np.exp(-z))
    written = float(page.get_attribute("#digits tr[data-row='σ′(z)'] td[data-kind=written]", "data-value"))
    assert written == pytest.approx(float(s * (np.float32(1) - s)), rel=1e-12)
    digits = float(page.get_attribute("#digits tr[data-row='σ′(z)'] td.bar", "data-digits"))
    exact = float(vh.sigmoid_derivative(10.0))
    assert digits == pytest.approx(-math.log10(abs(written - exact) / exact), abs=0.1)


def test_range_and_overlays(open_page: Any) -> None:
    page = open_page()
    page.check("input[name=span][value='120']", force=True)
    assert state(page)["span"] == 120
    before = page.locator("#curve path").count()
    for name in ("tanh", "relu", "gelu"):
        page.check(f"input[name=over][value={name}]", force=True)
    assert state(page)["over"] == "tanh,relu,gelu"
    assert page.locator("#curve path").count() == before + 3
    assert page.locator("#derivative path").count() == 4
    page.uncheck("input[name=over][value=relu]", force=True)
    assert state(page)["over"] == "tanh,gelu"


def test_loss_and_gradient_are_exact_and_show_what_rounding_does(open_page: Any) -> None:
    page = open_page("#z=-20&span=40&type=float32&y=1")
    page.check("input[name=y][value='0']", force=True)
    settle(page)
    cells = page.eval_on_selector_all("#losses td[data-value]", "cells => cells.map(c => Number(c.dataset.value))")
    assert cells[0] == pytest.approx(float(vh.softplus(-20.0)), rel=1e-15)
    assert cells[1] == 0  # 1 - p is 1 in float32
    assert cells[2] == pytest.approx(float(vh.sigmoid(-20.0)), rel=1e-15)


def test_dragging_a_point_refits(open_page: Any) -> None:
    page = open_page()
    before = fact(page, "fit", "slope")
    point = page.locator("#data .point").first
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] + 250, box["y"] + 9, steps=5)
    page.mouse.up()
    assert state(page)["data"].split(",")[0] != "-3.1:0"
    assert fact(page, "fit", "slope") != before


def test_points_by_keyboard_and_click(open_page: Any) -> None:
    page = open_page("#data=-1:0,0:1,1:0,2:1")
    page.locator("#data .point").nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert state(page)["data"].startswith("-0.9:0")
    page.keyboard.press("ArrowUp")
    assert state(page)["data"].startswith("-0.9:1")
    page.keyboard.press("Delete")
    assert state(page)["data"] == "0:1,1:0,2:1"
    box = page.locator("#data").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.2)
    assert len(state(page)["data"].split(",")) == 4


def test_separated_points_run_away(open_page: Any) -> None:
    page = open_page()
    page.click("button[data-preset=separated]")
    settle(page)
    assert "Separated." in page.inner_text("#verdict")
    assert "∞" in page.inner_text("#fit dd[data-name=slope]")
    assert fact(page, "fit", "slope") > 20
    page.click("button[data-preset=outlier]")
    settle(page)
    assert "Separated." not in page.inner_text("#verdict")
    for preset in ("rare", "overlapping"):
        page.click(f"button[data-preset={preset}]")
        assert page.evaluate("explorer.state.data") != ""


def test_the_run_away_is_animated_unless_motion_is_unwelcome(open_page: Any) -> None:
    page = open_page("", reduced_motion="no-preference")
    page.click("button[data-preset=separated]")
    page.wait_for_timeout(700)
    early = fact(page, "fit", "slope")
    page.wait_for_timeout(900)
    assert 0 < early < fact(page, "fit", "slope")


def test_one_class_is_a_sentence(open_page: Any) -> None:
    assert "One class only" in open_page("#data=-1:0,1:0").inner_text("#verdict")
    assert "One value of x only" in open_page("#data=1:0,1:1").inner_text("#verdict")


def test_temperature_and_shift_repair_the_model(open_page: Any) -> None:
    page = open_page()
    broken = fact(page, "calibration-numbers", "log-loss")
    page.click("#repair")
    settle(page)
    assert fact(page, "calibration-numbers", "calibration slope") == pytest.approx(1)
    assert fact(page, "calibration-numbers", "log-loss") < broken - 0.01
    page.locator("#T").fill("-1")
    assert state(page)["T"] == 0.5
    page.locator("#b").fill("1")
    assert state(page)["b"] == 1
    page.click("#unrepair")
    assert (state(page)["T"], state(page)["b"]) == (1, 0)


def test_state_lives_in_the_address(open_page: Any) -> None:
    page = open_page("#z=-2.5&type=bfloat16&span=20&over=tanh,gelu&y=0&T=2&b=-0.5&data=-1:0,0:1,1:0&theme=dark")
    wanted = {
        "z": -2.5,
        "type": "bfloat16",
        "span": 20,
        "over": "tanh,gelu",
        "y": 0,
        "T": 2,
        "b": -0.5,
        "data": "-1:0,0:1,1:0",
        "method": "newton",
        "panel": "",
        "theme": "dark",
    }
    assert state(page) == wanted
    page.fill("#z-number", "3")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    again = open_page(page.evaluate("location.hash"))
    assert state(again) == wanted | {"z": 3}
    again.click("#reset")
    again.wait_for_timeout(300)
    assert again.evaluate("location.hash") == ""


def test_nonsense_in_the_address_is_ignored(open_page: Any) -> None:
    page = open_page("#z=cat&type=float8&span=7&over=tanh,evil&data=<b>:1,2:3&T=-1&b=99&nothing=1&theme=red&y=")
    got = state(page)
    assert (got["z"], got["type"], got["span"], got["over"], got["data"]) == (1.5, "float64", 8, "tanh", "")
    assert (got["T"], got["b"], got["theme"], got["y"]) == (0.2, 3, "auto", 1)


def test_themes(open_page: Any) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    light, dark = open_page(color_scheme="light"), open_page(color_scheme="dark")
    assert light.evaluate(colour) != dark.evaluate(colour)
    expected = dark.evaluate(colour)
    light.click("#theme")
    light.click("#theme")
    settle(light)
    assert light.evaluate(colour) == expected
    assert state(light)["theme"] == "dark"


def test_copies_as_python_and_latex(open_page: Any) -> None:
    page = open_page("#z=2&type=float32", permissions=["clipboard-read", "clipboard-write"])
    page.click("#copy-python")
    page.wait_for_function("document.getElementById('status').textContent.includes('Python')")
    code = page.evaluate("navigator.clipboard.readText()")
    names: dict[str, Any] = {}
    exec(code.split("x = np.array")[0], names)
    assert names["z"] == np.float32(2)
    assert f"# {float(vh.sigmoid(np.float32(2))):.6g}" in code
    page.click("#copy-latex")
    page.wait_for_function("document.getElementById('status').textContent.includes('LaTeX')")
    assert r"\sigma(2) = \frac{1}{1 + e^{-2}} = 0.880797" in page.evaluate("navigator.clipboard.readText()")
    page.click("#copy-link")
    page.wait_for_function("document.getElementById('status').textContent.includes('link')")
    assert page.evaluate("navigator.clipboard.readText()").endswith("#z=2&type=float32")


def test_every_control_has_a_name(open_page: Any) -> None:
    page = open_page()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, [tabindex="0"], svg')].filter(node =>
        !(node.getAttribute('aria-label') || node.textContent.trim() || node.closest('label')?.textContent.trim()))
        .map(node => node.outerHTML.slice(0, 80))"""
    )
    assert nameless == []


def test_a_drag_redraws_as_it_goes(open_page: Any) -> None:
    """How long that takes is measured by `python -m benchmarks seeing`."""
    page = open_page("#span=40&type=float32&over=tanh,relu,gelu")
    assert page.evaluate("performance.getEntriesByName('explorer-drawn').length") == 1
    page.evaluate("explorer.timings.length = 0")
    box = page.locator("#curve").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    for k in range(80):
        page.mouse.move(box["x"] + 100 + 4 * k, box["y"] + 100)
    page.mouse.up()
    settle(page)
    assert len(page.evaluate("explorer.timings")) > 20


def test_log_likelihood_and_error_are_those_of_the_step(open_page: Any) -> None:
    """On separated points the log-likelihood rises with every step shown and never ends."""
    page = open_page("", reduced_motion="no-preference")
    page.click("button[data-preset=separated]")
    page.wait_for_timeout(600)
    early = fact(page, "fit", "log-likelihood")
    page.wait_for_timeout(1200)
    late = fact(page, "fit", "log-likelihood")
    assert early < late < 0
    fit = page.evaluate("explorer.fitLogistic(explorer.parsePoints(explorer.state.data))")
    assert all(a < b for a, b in itertools.pairwise(fit["values"][:20]))
    assert fit["values"][0] == pytest.approx(10 * np.log(0.5))


def test_gradient_descent_ends_where_newton_does(open_page: Any) -> None:
    page = open_page("#data=-3:0,-2:0,-1.5:1,-0.5:0,0.25:1,0.5:0,1:1,2.5:1")
    newton = page.evaluate("explorer.fitLogistic(explorer.parsePoints(explorer.state.data))")
    descent = page.evaluate("explorer.fitLogistic(explorer.parsePoints(explorer.state.data), 'descent')")
    assert len(newton["path"]) < 10 < 50 < len(descent["path"])
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(descent["values"]))
    assert descent["slope"] == pytest.approx(newton["slope"], rel=1e-6)
    page.check("input[name=method][value=descent]", force=True)
    settle(page)
    assert state(page)["method"] == "descent"
    assert fact(page, "fit", "gradient steps") == len(descent["path"]) - 1


def test_each_scenario_says_what_to_see(open_page: Any) -> None:
    page = open_page()
    seen = {page.inner_text("#verdict")}
    for preset in ("separated", "outlier", "rare"):
        page.click(f"button[data-preset={preset}]")
        settle(page)
        seen.add(page.inner_text("#verdict"))
    assert len(seen) == 4


@pytest.mark.parametrize("kind", ["float64", "float32", "float16"])
def test_the_bits_are_those_of_the_number(open_page: Any, kind: str) -> None:
    page = open_page(f"#type={kind}&span=750")
    dtype = np.dtype(kind)
    for z in (-30.0, -12.5, -1.0, 0.0, 2.0, 9.0, 40.0) + ((-744.0,) if kind == "float64" else ()):
        page.evaluate(f"explorer.set({{ z: {z} }})")
        settle(page)
        value = np.asarray(page.evaluate("explorer.roundTo(explorer.functions.sigmoid(explorer.state.z), "
                                         f"explorer.floatTypes.{kind})"), dtype)  # fmt: skip
        expected = f"{int(value.view(f'u{dtype.itemsize}')):0{8 * dtype.itemsize}b}"
        assert page.evaluate("document.getElementById('bits').textContent") == expected


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_stands_alone(open_page: Any, panel: str) -> None:
    page = open_page(f"#panel={panel}", viewport={"width": 390, "height": 800})
    shown = page.eval_on_selector_all(
        "main > section", "nodes => nodes.filter(n => n.offsetHeight > 0).map(n => n.dataset.panel)"
    )
    assert shown == [panel]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.is_visible("header")
    page.evaluate("window.postMessage({ explorer: 'theme', theme: 'dark' }, '*')")
    settle(page)
    assert state(page)["theme"] == "dark"
