"""Where a monotone function changes its sign, if a value costs a fit and some values remain unknown."""

from __future__ import annotations

import math
from collections.abc import Callable

MOST = 60  # values
MOST_UNKNOWN = 4  # of these: fits that come to nothing are slow
DOUBLED = 64.0  # steps, up to which they are doubled; beyond, their logarithm grows by a half
FARTHEST = 2.0**1000  # steps
SMOOTH = 4.0  # ratio of two distances between which the function is taken to be smooth
ENOUGH = 1e-9  # a value so near 0 is a root


class _UnknownError(Exception):
    """A value that is needed is unknown."""


def crossing(excess: Callable[[float], float], start: float, step: float, first: float) -> float:
    """The root beyond `start` in the direction of `step`; ±inf if there is none, nan if it was not found.

    Steps grow until the sign has changed. A value that is unknown is taken to lie beyond the root, and points before it
    are tried.

    Parameters
    ----------
    excess : the function; nan where its value is unknown
    start, first : a place, and the value there
    step : the first move, of about the distance to the root
    """
    from scipy.optimize import brentq

    if not (math.isfinite(step) and step != 0) or math.isnan(first):
        return math.nan
    near, far, wall, steps, unknown = 0.0, math.inf, math.inf, 1.0, 0
    values = {start: first}
    for _ in range(MOST):
        value = values[start + steps * step] = excess(start + steps * step)
        if math.isnan(value):
            wall, unknown = steps, unknown + 1
        elif (value > 0) == (first > 0):
            near = steps
        else:
            far = wall = steps
        if unknown > MOST_UNKNOWN:
            return math.nan
        if far <= max(1.0, SMOOTH * near):
            break
        steps = _next(steps, near, wall)
        if steps > FARTHEST or not math.isfinite(start + steps * step):
            return math.copysign(math.inf, step)

    def known(value: float) -> float:
        here = values[value] if value in values else excess(value)
        if math.isnan(here):
            raise _UnknownError
        return 0.0 if abs(here) <= ENOUGH else here

    try:
        bracket = (start + near * step, start + far * step)
        return float(brentq(known, *bracket, xtol=1e-15 * abs(step), rtol=1e-12, maxiter=MOST, disp=False))
    except (_UnknownError, ValueError):
        return math.nan


def _next(steps: float, near: float, wall: float) -> float:
    if wall == math.inf:
        return 2 * steps if steps < DOUBLED else steps * math.sqrt(steps)
    if near == 0:
        return wall / 8
    return math.sqrt(near) * math.sqrt(wall) if wall > SMOOTH * near else (near + wall) / 2
