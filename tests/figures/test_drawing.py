"""Drawing: every figure in every theme, quickly, with labels inside and nothing global touched."""

from __future__ import annotations

import pathlib
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from verhulst import figures
from verhulst.figures import FIGURES, THEMES
from verhulst.figures.forest import draw_forest, prepare_forest
from verhulst.figures.outcome import draw_probability_by_outcome, prepare_probability_by_outcome
from verhulst.figures.theme import DARK, LIGHT, theme_named
from verhulst.figures.ties import draw_ties, prepare_ties


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("theme", THEMES)
def test_draws_with_the_colours_of_its_theme(name: str, theme: str, tmp_path: pathlib.Path) -> None:
    before = dict(mpl.rcParams)
    figure = figures.plot(name, theme=theme)
    path = figures.save(figure, tmp_path / f"{name}.png")
    assert path.stat().st_size > 10_000
    assert dict(mpl.rcParams) == before
    colors = {str(line.get_color()) for ax in figure.axes for line in ax.lines}
    assert colors <= set(theme_named(theme).colors().values())


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", FIGURES)
def test_words_are_inside_the_picture_apart_and_large_enough(name: str, narrow: bool) -> None:
    figure = figures.plot(name, theme=replace(LIGHT, narrow=narrow))
    figure.draw_without_rendering()
    frame = figure.bbox
    boxes = []
    for ax in figure.axes:
        for text in (*ax.texts, ax.title, ax._left_title, ax.xaxis.label, ax.yaxis.label):
            if text.get_text() and text.get_visible():
                box = text.get_window_extent()
                assert box.x0 > frame.x0 - 2, text
                assert box.x1 < frame.x1 + 2, text
                assert box.y0 > frame.y0 - 2, text
                assert box.y1 < frame.y1 + 2, text
                boxes.append((text.get_text(), box.padded(-1.5)))  # letters do not fill their box
    assert min((text.get_fontsize() for ax in figure.axes for text in ax.texts), default=9) >= 8  # at half size, too
    assert [(one, other) for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)] == []


def test_the_curve_drawn_is_the_record() -> None:
    record = figures.prepare("visual-reference")
    curves = figures.plot("visual-reference").axes[0].lines
    assert any(np.array_equal(line.get_ydata(), record.sigmoid) for line in curves if len(line.get_ydata()) > 2)


def test_draws_into_given_axes() -> None:
    figure = Figure()
    ax = figure.subplots()
    assert draw_ties(prepare_ties(cases=500), ax=ax) is figure
    assert len(ax.lines) == 4


def test_forest_draws_arrows_and_says_what_is_missing() -> None:
    record = prepare_forest(["a", "b", "c"], [2.0, np.inf, np.nan], [1.5, 3.0, np.nan], [2.5, np.inf, np.nan])
    ax = draw_forest(record).axes[0]
    assert [line.get_marker() for line in ax.lines].count(">") == 1
    texts = [text.get_text().strip() for text in ax.texts]
    assert {"2.00", "∞", "not estimated"} <= set(texts)


def test_forest_points_an_infinite_coefficient_one_way() -> None:
    """Its Wald interval is the whole line, its sign is known."""
    record = prepare_forest(["up", "down"], [np.inf, 0.0], [0.0, 0.0], [np.inf, np.inf])
    arrows = [line for line in draw_forest(record).axes[0].lines if line.get_marker() in ("<", ">")]
    assert [(line.get_marker(), *line.get_ydata()) for line in arrows] == [(">", 0), ("<", 1)]


def test_forest_is_not_flattened_by_one_wild_row() -> None:
    record = prepare_forest(["a", "b"], [2.0, 1e7], [1.5, 1e5], [2.5, 1e9])
    low, high = record.limits()
    assert low < 1 < 1e3 < high < 1e4
    assert record.ticks() == (1.0, 10.0, 100.0, 1000.0)
    ax = draw_forest(record).axes[0]
    assert all(low <= x <= high for line in ax.lines[1:] for x in line.get_xdata() if line.get_marker() != "o")
    assert prepare_forest(["a"], [np.inf], [np.nan], [np.nan]).limits()[1] > 2


def test_outcome_counts_weights_as_cases() -> None:
    y, p, w = [0, 0, 1, 1], [0.1, 0.3, 0.4, 0.8], [1, 3, 2, 2]
    record = prepare_probability_by_outcome(y, p, bins=10, sample_weight=w)
    repeated = prepare_probability_by_outcome(np.repeat(y, w), np.repeat(p, w), bins=10)
    assert record == repeated
    assert record.median == (0.3, 0.4)
    with pytest.raises(ValueError, match="weights must not be negative"):
        prepare_probability_by_outcome([0, 1], [0.1, 0.2], sample_weight=[1, -1])
    with pytest.raises(ValueError, match="must have the same length"):
        prepare_probability_by_outcome([0, 1], [0.1, 0.2], sample_weight=[1])


def test_outcome_draws_both_histograms() -> None:
    record = prepare_probability_by_outcome([0, 1, 1], [0.1, 0.6, 0.9], bins=10)
    heights = sorted(patch.get_height() for patch in draw_probability_by_outcome(record).axes[0].patches)
    assert heights[0] == -1
    assert heights[-1] == pytest.approx(0.5)


def test_svg_for_pages_follows_the_page() -> None:
    text = figures.to_svg(figures.plot("anatomy"), label='Parts of "σ" & <more>')
    ElementTree.fromstring(text)
    assert not re.search(r"metadata|DOCTYPE|purl\.org|matplotlib\.org", text)
    assert 'aria-label="Parts of &quot;σ&quot; &amp; &lt;more>"' in text
    assert f"var(--vh-first, {LIGHT.first.color})" in text
    assert f"--vh-first: {DARK.first.color};" in figures.css_variables(DARK)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_saves_the_same_bytes_twice(tmp_path: pathlib.Path, suffix: str) -> None:
    kinds = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    path = figures.save(figures.plot("growth"), tmp_path / f"a.{suffix}")
    assert path.read_bytes().startswith(kinds[suffix])
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_saving_refuses_with_a_sentence(tmp_path: pathlib.Path) -> None:
    figure = figures.plot("growth")
    with pytest.raises(ValueError, match=r"must end in \.png, \.svg or \.pdf"):
        figures.save(figure, tmp_path / "a.bmp")
    with pytest.raises(FileNotFoundError, match=r"the folder .* does not exist"):
        figures.save(figure, tmp_path / "no" / "a.png")
    with pytest.raises(ValueError, match=r"no figure 'growht'\. Did you mean 'growth'"):
        figures.plot("growht")
    with pytest.raises(ValueError, match="Choose one of visual-reference"):
        figures.plot("zzz")


def test_an_interrupted_save_leaves_nothing(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Figure, "savefig", interrupted)
    with pytest.raises(KeyboardInterrupt):
        figures.save(Figure(), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_figure_or_resolution(tmp_path: pathlib.Path) -> None:
    figure = draw_forest(prepare_forest(["a"], [1.0], [0.5], [2.0]))
    for dpi in (0, -1, 10**9):
        with pytest.raises(ValueError, match="dpi must lie between 10 and 10,000"):
            figures.save(figure, tmp_path / "a.png", dpi=dpi)
    with pytest.raises(TypeError, match="figure must be a figure of matplotlib, not None"):
        figures.save(None, tmp_path / "a.png")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"curves\['a'\] must be a Reliability, not a value of type int"):
        figures.prepare_reliability({"a": 1})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="bins must be at least 1"):
        prepare_probability_by_outcome([0, 1], [0.25, 0.5], bins=0)
