"""The reliability diagram: one panel or several, in every theme."""

from __future__ import annotations

import numpy as np
import pytest

import verhulst as vh

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def curves() -> dict[str, vh.calibration.Reliability]:
    rng = np.random.default_rng(0)
    z = rng.normal(-1.0, 1.5, 1000)
    y = rng.random(1000) < vh.sigmoid(z)
    reliability = vh.calibration.reliability
    return {"raw": reliability(y, 2 * z), "calibrated": reliability(y, z), "bins": reliability(y, z, kind="bins")}


@pytest.mark.parametrize("theme", ["light", "dark", "grey"])
def test_small_multiples_share_their_axes(curves: dict[str, vh.calibration.Reliability], theme: str) -> None:
    figure = vh.figures.draw_reliability(vh.figures.prepare_reliability(curves), theme=theme)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == ["raw", "calibrated", "bins"]
    assert len({ax.get_xlim() for ax in figure.axes}) == 1
    svg = vh.figures.to_svg(figure, label="Reliability", theme=vh.figures.THEMES[theme])
    assert svg.startswith("<svg role=")


def test_many_panels_stand_in_rows(curves: dict[str, vh.calibration.Reliability]) -> None:
    many = {f"class {k}": curves["bins"] for k in range(5)}
    axes = vh.figures.draw_reliability(vh.figures.prepare_reliability(many)).axes
    assert [ax.get_title(loc="left") for ax in axes] == list(many)
    assert [ax.get_subplotspec().rowspan.start for ax in axes] == [0, 0, 0, 1, 1]
    assert [bool(ax.get_xlabel()) for ax in axes] == [False, False, True, True, True]
    assert [bool(ax.get_ylabel()) for ax in axes] == [True, False, False, True, False]


def test_one_panel_on_given_axes(curves: dict[str, vh.calibration.Reliability]) -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    ax = figure.subplots()
    assert vh.figures.draw_reliability(vh.figures.prepare_reliability(curves["raw"]), ax=ax) is figure
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), curves["raw"].rate)
    with pytest.raises(ValueError, match="3 panels do not fit in one axes"):
        vh.figures.draw_reliability(vh.figures.prepare_reliability(curves), ax=ax)
    with pytest.raises(ValueError, match="at least one curve"):
        vh.figures.prepare_reliability({})
