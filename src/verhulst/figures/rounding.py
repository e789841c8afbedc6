"""Where the sigmoid rounds to 0 and to 1 in each float type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Bits of the significand, and the exponent of the least normal number.
TYPES = {"float64": (53, -1022), "float32": (24, -126), "float16": (11, -14), "bfloat16": (8, -126)}


@dataclass(frozen=True)
class RoundingRange:
    """The scores for which the nearest number to σ(z) in a float type is neither 0 nor 1."""

    name: str
    zero_below: float
    one_from: float


def rounding_range(name: str) -> RoundingRange:
    """Return where σ rounds to 0 and to 1 in a float type.

    Halfway between 1 and its lower neighbour lies 1 − 2^−(p+1), and σ(z) = 1 − 2^−(p+1) at z = log(2^(p+1) − 1).
    Halfway between 0 and the least subnormal 2^(m−p+1) lies 2^(m−p).

    Examples
    --------
    >>> from verhulst.figures.rounding import rounding_range
    >>> round(rounding_range("float32").one_from, 2)
    17.33
    """
    bits, least = TYPES[name]
    return RoundingRange(name, (least - bits) * float(np.log(2)), float(np.log(2.0 ** (bits + 1) - 1)))
