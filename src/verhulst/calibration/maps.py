"""The calibration maps of the package, by class name and by the method names of `calibrate`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from verhulst.calibration.beta import Beta
from verhulst.calibration.calibrator import Calibrator
from verhulst.calibration.identity import Identity
from verhulst.calibration.isotonic import Isotonic
from verhulst.calibration.platt import Platt
from verhulst.calibration.prior_shift import PriorShift
from verhulst.calibration.temperature import Temperature
from verhulst.calibration.vector_scaling import VectorScaling

# In the order in which `calibrate` tries them.
_KINDS = (Identity, Temperature, Platt, Beta, Isotonic, VectorScaling, PriorShift)
MAPS: dict[str, type[Calibrator]] = {kind.__name__: kind for kind in _KINDS}


def maps_for(columns: int = 1) -> list[type[Calibrator]]:
    """Return the maps that `calibrate` chooses among, for one column of scores or for several classes."""
    return [m for m in MAPS.values() if m.method and (m.several_classes if columns > 1 else m.one_column)]


def methods_for(columns: int = 1) -> dict[str, Callable[..., Calibrator]]:
    """Return the methods of `calibrate` with the constructors of their maps, in the order in which they are tried."""
    found: dict[str, Callable[..., Calibrator]] = {}
    for kind in maps_for(columns):
        found[kind.method] = kind
        found |= {name: partial(kind, **options) for name, options in kind.variants.items()}
    return found
