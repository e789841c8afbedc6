"""The calibration maps of the package, by their own names and by those that `calibrate` takes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial

from verhulst.calibration import HOMES
from verhulst.calibration.calibrator import Calibrator

MAPS: dict[str, type[Calibrator]] = {name: getattr(importlib.import_module(home), name) for name, home in HOMES.items()}


def maps_for(columns: int = 1) -> list[type[Calibrator]]:
    """The maps that `calibrate` chooses among, for one column of scores or for those of several classes."""
    return [m for m in MAPS.values() if m.method and (m.several_classes if columns > 1 else m.one_column)]


def methods_for(columns: int = 1) -> dict[str, Callable[..., Calibrator]]:
    """The methods of `calibrate` and how their maps are made, in the order in which they are tried."""
    found: dict[str, Callable[..., Calibrator]] = {}
    for kind in maps_for(columns):
        found[kind.method] = kind
        found |= {name: partial(kind, **options) for name, options in kind.variants.items()}
    return found
