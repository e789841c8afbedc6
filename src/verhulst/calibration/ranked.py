"""Cases sorted by their scores, once for all measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from verhulst.calibration.scores import Floats
from verhulst.functions import sigmoid


@dataclass(frozen=True, eq=False, repr=False)
class Ranked:
    """Cases in order of their logits.

    Attributes
    ----------
    order : (n,), the index of each case before sorting
    z, targets, weights : (n,), increasing logits, 0.0 or 1.0, counts of cases
    unit : whether all weights are 1
    """

    order: NDArray[np.intp]
    z: Floats
    targets: Floats
    weights: Floats
    unit: bool

    @classmethod
    def sort(cls, z: Floats, targets: Floats, weights: Floats | None) -> Ranked:
        """Sort cases of positive weight."""
        order = np.argsort(z)
        sorted_weights = np.ones(len(order)) if weights is None else weights[order]
        return cls(order, z[order], targets[order], sorted_weights, weights is None)

    @cached_property
    def p(self) -> Floats:
        """σ(z)."""
        p: Floats = sigmoid(self.z)
        return p

    @cached_property
    def q(self) -> Floats:
        """σ(−z): 1 − p with all its digits."""
        q: Floats = sigmoid(-self.z)
        return q

    @cached_property
    def residual(self) -> Floats:
        """y − p, computed as q if y is 1 and as −p if y is 0."""
        return np.where(self.targets == 1.0, self.q, -self.p)

    @cached_property
    def variance(self) -> Floats:
        """p(1 − p), the variance of y if p is right."""
        return self.p * self.q

    @cached_property
    def total(self) -> float:
        """The number of cases: the sum of the weights."""
        return float(len(self.z)) if self.unit else float(self.weights.sum())

    @cached_property
    def positive(self) -> float:
        """The number of cases of class 1."""
        return float(self.targets.sum() if self.unit else self.targets @ self.weights)

    @cached_property
    def negative(self) -> float:
        """The number of cases of class 0."""
        return float((1.0 - self.targets).sum() if self.unit else (1.0 - self.targets) @ self.weights)

    @property
    def both_classes(self) -> bool:
        """Whether there are cases of each class."""
        return bool(self.targets.any() and not self.targets.all())

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """The first case of each run of equal logits."""
        return runs(self.z)

    @cached_property
    def share(self) -> Floats:
        """The share of each case in all."""
        return self.weights / self.total

    def mean(self, values: Floats) -> float:
        """Return the weighted mean of a number per case."""
        with np.errstate(over="ignore"):
            mean = float(values.mean() if self.unit else values @ self.share)
        if np.isinf(mean) and np.isfinite(values).all():  # the sum overflows, the mean does not
            return float(values @ self.share)
        return mean

    def restore(self, values: Floats, n: int) -> Floats:
        """Return sorted values in the original order of the cases."""
        restored = np.empty(n)
        restored[self.order] = values
        return restored


def runs(values: Floats) -> NDArray[np.intp]:
    """Return the index of the first entry of each run of equal entries in a sorted array."""
    first = np.empty(len(values), dtype=bool)
    first[0] = True
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return np.flatnonzero(first)


def by_run(values: Floats, starts: NDArray[np.intp]) -> Floats:
    """Return sums over runs."""
    return values if len(starts) == len(values) else np.add.reduceat(values, starts)


def spread(values: Floats, starts: NDArray[np.intp], n: int) -> Floats:
    """Repeat one value per run for every case of the run."""
    return values if len(starts) == n else np.repeat(values, np.diff(starts, append=n))
