"""Reference files, as numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.references.datasets import HERE


def certified(name: str) -> dict[str, Any]:
    """Fifty digits of `python -m tests.references.certify`."""
    return dict(json.loads((HERE / "certified" / f"{name}.json").read_text(encoding="utf-8")))


def published(name: str) -> dict[str, Any]:
    """Digits that others printed, each with its source."""
    return dict(json.loads((HERE / "published" / f"{name}.json").read_text(encoding="utf-8")))


def numbers(texts: Any) -> NDArray[np.float64]:
    """Texts of numbers, in lists of any depth, as the nearest float64."""
    return np.array(texts, dtype=float)


def half_units(texts: Any) -> NDArray[np.float64]:
    """Half a unit of the last digit that was printed, for each text: what rounding alone may differ by."""
    if isinstance(texts, list):
        return np.array([half_units(text) for text in texts])
    mantissa, _, exponent = texts.partition("e")
    digits = len(mantissa.partition(".")[2])
    return np.array(0.5 * 10.0 ** (int(exponent or 0) - digits))
