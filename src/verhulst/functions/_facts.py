"""What can be read off a function of one number by evaluating it: range, limits, largest slope, where it is flat."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]
Interval = tuple[float, float]

_FAR = 1024.0  # beyond it every function of the family has come to its end
_GRID = np.concatenate([[-_FAR], np.linspace(-40, 40, 80 * 256 + 1), [_FAR]])
FLAT = 1e-3  # a derivative below this is called vanishing


@dataclass(frozen=True)
class Facts:
    """Facts about a function and its derivative; `None` where there is no such place."""

    range: Interval
    mean_output: float
    saturates_below: float | None
    saturates_above: float | None
    largest_derivative: float
    largest_derivative_at: Interval
    vanishes_below: float | None
    vanishes_above: float | None


def facts(function: Function, derivative: Function) -> Facts:
    """Evaluate `function` and `derivative` (both elementwise, float64) and report.

    The smallest and largest values are looked for on a grid of steps of 1/256 over [-40, 40], at +-1024 and +-inf, then
    refined by golden section; edges are found by bisection to the last bit.
    """
    slope, where = _largest(derivative)
    low = -_largest(lambda z: -function(z))[0]
    high = _largest(function)[0]
    below = float(_at(function, -math.inf)), float(_at(derivative, -math.inf))
    above = float(_at(function, math.inf)), float(_at(derivative, math.inf))
    return Facts(
        range=(low + 0.0, high + 0.0),
        mean_output=mean_output(function),
        saturates_below=_edge(lambda z: function(z) != below[0], -1) if math.isfinite(below[0]) else None,
        saturates_above=_edge(lambda z: function(z) != above[0], +1) if math.isfinite(above[0]) else None,
        largest_derivative=slope,
        largest_derivative_at=where,
        vanishes_below=_edge(lambda z: abs(derivative(z)) >= FLAT, -1) if abs(below[1]) < FLAT else None,
        vanishes_above=_edge(lambda z: abs(derivative(z)) >= FLAT, +1) if abs(above[1]) < FLAT else None,
    )


def mean_output(function: Function) -> float:
    """Mean of the function over a standard normal z, by the trapezoid rule (exact to rounding for smooth functions)."""
    z = np.linspace(-12, 12, 24 * 64 + 1)
    weight = np.exp(-0.5 * z * z)
    return float(np.sum(function(z) * weight) / np.sum(weight))


def _at(function: Function, z: float) -> float:
    return float(function(np.array([z]))[0])


def _largest(function: Function) -> tuple[float, Interval]:
    """Largest value, and the closed interval of z that has it (infinite ends where only a limit has it)."""
    value = function(_GRID)
    best = int(np.argmax(value))
    limits = [z for z in (-math.inf, math.inf) if _at(function, z) >= value[1:-1].max()]
    top = max(float(value[best]), *(_at(function, z) for z in limits)) if limits else float(value[best])
    inside = np.flatnonzero(value[1:-1] == top) + 1
    if len(inside) > 2:  # a plateau
        first, last = int(inside[0]), int(inside[-1])
        ends = (_GRID[first], _GRID[first - 1]), (_GRID[last], _GRID[last + 1])
        low, high = (_between(lambda z: function(z) == top, float(yes), float(no)) for yes, no in ends)
        return top, (low if first > 1 else -math.inf, high if last < len(_GRID) - 2 else math.inf)
    if limits:
        return top, (min(limits), max(limits))
    z = _golden_section(function, float(_GRID[best - 1]), float(_GRID[best + 1]))
    if _at(function, z) <= top:
        z = float(_GRID[best])
    return max(top, _at(function, z)), (z, z)


def _golden_section(function: Function, low: float, high: float) -> float:
    ratio = (math.sqrt(5) - 1) / 2
    while high - low > 1e-7:  # flatter than that, a float64 cannot tell
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        if _at(function, a) < _at(function, b):
            low = a
        else:
            high = b
    return round((low + high) / 2, 7)


def _edge(differs: Callable[[np.ndarray], np.ndarray], side: int) -> float | None:
    """The z nearest to the end `side` (-1 or +1) beyond which `differs` is false all the way."""
    grid = _GRID if side < 0 else _GRID[::-1]
    true = np.flatnonzero(differs(grid))
    if not len(true) or true[0] == 0:
        return None
    k = int(true[0])
    return _between(lambda z: ~differs(z), float(grid[k - 1]), float(grid[k]))


def _between(holds: Callable[[np.ndarray], np.ndarray], yes: float, no: float) -> float:
    """The last number from `yes` towards `no` for which `holds`, by bisection; one next to 0 is called 0."""
    while True:
        middle = yes + (no - yes) / 2
        if middle in (yes, no):
            return 0.0 if abs(yes) < 1e-15 else float(yes)
        if bool(holds(np.array([middle]))[0]):
            yes = middle
        else:
            no = middle
