"""The palette survives colour blindness and grey print."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from verhulst.figures.theme import DARK, GREY, LIGHT, THEMES, Theme, theme_named

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
DEFICIENCIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "none": np.eye(3).tolist(),
}


def linear(color: str) -> np.ndarray:
    s = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
@pytest.mark.parametrize("matrix", DEFICIENCIES.values(), ids=list(DEFICIENCIES))
def test_series_stay_apart_for_every_eye(theme: Theme, matrix: list[list[float]]) -> None:
    seen = [lab(np.array(matrix) @ linear(stroke.color)) for stroke in theme.series]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 12


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_first_four_series_stay_apart_in_grey(theme: Theme) -> None:
    lightness = sorted(lab(linear(stroke.color))[0] for stroke in theme.series[:4])
    assert np.diff(lightness).min() > 8


def test_the_grey_theme_has_no_colour_and_tells_series_apart() -> None:
    assert all(c[1:3] == c[3:5] == c[5:7] for c in GREY.colors().values())
    assert len({(s.color, s.dash) for s in GREY.series}) == 5


def contrast(a: str, b: str) -> float:
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_text_can_be_read(theme: Theme) -> None:
    assert contrast(theme.ink, theme.paper) > 12
    assert contrast(theme.muted, theme.paper) > 4.5


def test_unknown_theme_says_which_there_are() -> None:
    with pytest.raises(ValueError, match=r"no theme 'sepia'\. Choose one of light, dark, grey"):
        theme_named("sepia")
