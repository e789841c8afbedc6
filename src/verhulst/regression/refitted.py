"""The largest log-likelihood where one coefficient has a value: that of a fit of the others, with an offset.

Each such fit is as certain as any (see `verhulst.regression.passes.certain`): for data on which points that are found
together, by quadratic models, come to nothing or are not to be believed. What the fits before say of the others goes
into the offset too, so that it stays small and a fit has little left to find.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from verhulst.functions import log_one_minus_sigmoid, log_sigmoid
from verhulst.regression.fitting import fit
from verhulst.regression.observations import Observations
from verhulst.regression.pairs import Pair, add, exact_product, exact_sum, multiply, pair
from verhulst.regression.statistics import Vector
from verhulst.regression.warn import quietly

PASSES = 40  # of one fit: what takes more is far from where the others are known, and slow
ORDINARY = 30  # passes of a fit that converges without care
MOST_PASSES = 400  # of all fits, beyond these and of those that did not converge: these are the slow ones


class Refitted:
    """Fits of all coefficients but one.

    Parameters
    ----------
    data : all rows
    intercept : whether the model has one
    used : the coefficients that take part, the intercept being 0 if there is one
    k : the one that is held
    estimate : (q,) the coefficients of the model
    """

    def __init__(self, data: Observations, intercept: bool, used: Sequence[int], k: int, estimate: Vector) -> None:
        first = int(intercept)
        self._data, self._free = data, bool(first and k > 0)
        self._places = [j - first for j in used if j not in (k, first - 1)]
        if first and k == 0:
            self._column = pair(np.ones(len(data.y)))
        else:  # from a centre, which an intercept takes up: far from 0 the digits are lost that tell rows apart
            x = np.asarray(data.X[:, k - first], dtype=np.float64)
            self._column = exact_sum(x, np.full(len(x), -np.median(x))) if first else pair(x)
        self._passes = 0
        self._past: list[tuple[float, Vector]] = []
        if np.all(np.isfinite(estimate)):
            centre = float(np.median(data.X[:, k - first])) if self._free else 0.0
            others = [estimate[0] + estimate[k] * centre] if self._free else []
            self._past = [(float(estimate[k]), np.array([*others, *(estimate[j + first] for j in self._places)]))]

    def __call__(self, value: float) -> tuple[float, bool]:
        """The height with the coefficient at a value, and whether it is certain; if not, this or more."""
        data = self._data
        shift = multiply(self._column, pair(np.full(len(data.y), value)))
        if data.offset is not None:
            shift = add(shift, pair(np.asarray(data.offset)))
        if not self._places and not self._free:
            y, weight = data.y, 1.0 if data.weight is None else data.weight
            each = y * log_sigmoid(shift.high) + (1 - y) * log_one_minus_sigmoid(shift.high)
            return float(np.sum(weight * np.where(np.isnan(each), 0.0, each))), True
        near = self._others(value)
        if near is not None:
            found = self._fit(value, self._moved(shift, near), near)
            if found[1]:
                return found
        return self._fit(value, shift.high, np.zeros(len(self._places) + self._free))

    def _others(self, value: float) -> Vector | None:
        """The others by what is known of them, on a straight line through the last two points."""
        if not self._past:
            return None
        at, last = self._past[-1]
        if len(self._past) == 1:
            return last
        other, before = self._past[-2]
        return np.asarray(last + (value - at) / (at - other) * (last - before))

    def _moved(self, shift: Pair, others: Vector) -> Vector:
        slopes = others[int(self._free) :]
        if self._free:
            shift = add(shift, pair(np.full(len(shift.high), others[0])))
        for j, slope in zip(self._places, slopes, strict=True):
            x = np.asarray(self._data.X[:, j], dtype=np.float64)
            shift = add(shift, exact_product(x, np.full(len(x), slope)))
        return shift.high

    def _fit(self, value: float, offset: Vector, near: Vector) -> tuple[float, bool]:
        data = self._data
        if self._passes > MOST_PASSES or not np.all(np.isfinite(offset)):
            return -np.inf, False
        with quietly(), np.errstate(all="ignore"):
            found = fit(data.X[:, self._places], data.y, data.weight, offset, intercept=self._free, max_passes=PASSES)
        certain = found.converged or found.status == "stopped"
        self._passes += max(len(found.passes) - ORDINARY, 0) if certain else len(found.passes)
        if certain and found.separation is None and (not self._past or self._past[-1][0] != value):
            self._past = [*self._past[-1:], (value, near + found.coefficients)]
        return found.log_likelihood, certain
