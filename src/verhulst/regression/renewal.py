"""When Newton's method computes the information matrix anew, and when it goes on with the one at hand.

A pass with the matrix costs more than one without, the more so the more columns there are; without it the steps are
worse. `newton` explains how much worse they can be at most; here that bound is compared with what the steps before
have shown. Times are counted in passes without a matrix.
"""

from __future__ import annotations

import math

from verhulst.regression.statistics import EPS

SAME_INFORMATION = 2e-5  # a reach below this changes no standard error by more than 1e-5 of itself (proved) ...
SAME_DIGITS = (
    5e-7  # ... and where the steps before kept this share of the bound, by no more than a millionth (observed)
)
COLUMNS_PER_PASS = 50  # a pass with the matrix of q coefficients takes 1 + q/50 times as long as one without (measured)
CHEAP = 3.0  # before a matrix that takes more than this many passes without, one without comes first: it may do
DOUBT = 0.8  # the next error shrinks by the last factor to this power: convergence by an old matrix slows down
UNSURE = 4.0  # a step just after a new matrix may be up to this many times longer than predicted
FAR_AWAY = 0.3  # factor by which a pass with information shrinks the decrement, far from the maximum (observed)
FAR = 3.0  # reach beyond which the bound e^reach − 1 says nothing; it is cut off there


class Renewal:
    """Decides whether the next pass needs the information matrix.

    Parameters
    ----------
    size : q, the number of coefficients
    ridge : whether there is a penalty
    sampled : whether the first steps use an approximation, the information of a sample

    Attributes
    ----------
    drift : how far some log-odds may have moved since the matrix at hand was computed; inf for that of a sample
    reach : how far some log-odds may move on the step at hand
    """

    def __init__(self, size: int, *, ridge: bool, sampled: bool) -> None:
        self.drift, self.reach = math.inf, 0.0
        self._cost = 1 + size / COLUMNS_PER_PASS
        self._ridge, self._sampled = ridge, sampled
        self._decrement = self._before = math.inf  # at this point and at the one before it
        self._promise = 1.0  # the bound on the factor by which the step at hand shrinks the decrement
        self._within = math.inf  # reach when the decrement first was small enough for an end

    def arrived(self, decrement: float, reach: float, fraction: float, fresh: bool) -> None:
        """Take note of a new point, to which a fraction of the step led, and whether its matrix was computed."""
        self.drift = 0.0 if fresh else self.drift + fraction * self.reach
        # Which share of the bound the last full step used up: that of the next one will be much like it.
        bound = self._promise * self._decrement
        self._seen = min(decrement / bound, 1.0) if fraction == 1.0 and 0 < bound < math.inf else 1.0
        # Where a ridge holds the steps, they say little of the information; that errors move by half a reach is proved.
        self._share = 0.5 if self._ridge else self._seen
        self._promise = math.expm1(min(self.drift + reach, FAR))
        self._before, self._decrement = self._decrement, decrement
        self.reach, self._fraction, self._fresh = reach, fraction, fresh

    @property
    def unchanged(self) -> bool:
        """Whether the matrix at hand is that of this point, and gives the standard errors of the next one too."""
        return self.drift == 0.0 and self.reach <= SAME_INFORMATION and self._share * self.reach <= SAME_DIGITS

    def nearer(self) -> bool:
        """Whether standard errors still come nearer to those of the maximum, at a point that is near enough itself."""
        last, self._within = self._within, self.reach
        return self.reach <= 0.5 * last

    def due(self, *, last: bool) -> bool:
        """Whether the next pass needs a matrix; `last`: it is the last one, and there has been no matrix yet."""
        if self._within < math.inf or last:
            return True  # an end needs a matrix
        if self._before == math.inf or self._fraction < 1.0:  # nothing is known yet: without one, if that is cheap
            untried = self._before == math.inf and self._sampled
            return not (self._decrement > 1.0 and (untried or self.costly))
        contraction = (self._seen * self._promise) ** DOUBT
        if self.reach > 1.0:
            # Too far away to reckon with the end. Where decrements are small and steps are not, the data may be
            # separated: Newton's own steps tell, those by a corrected matrix do not.
            return not (self._decrement > 1.0 and contraction**self._cost < FAR_AWAY)
        # How well a new matrix does is known from that before it, if at all: with matrices, leave a margin.
        margin = UNSURE if self._fresh and self.costly else 1.0
        target = min(SAME_INFORMATION, SAME_DIGITS / max(self._share, EPS)) / margin
        return not 0 < self._passes_without(contraction, target) <= self._cost

    @property
    def costly(self) -> bool:
        """Whether it is worth looking without a matrix first."""
        return self._cost > CHEAP

    def _passes_without(self, contraction: float, target: float) -> float:
        """How many passes without a matrix lie before the last one; one less where fresh information needs one too.

        Every pass shrinks the reach by `contraction`; with information from the next point the one after it is shrunk
        by `seen` times its own promise instead. The last pass is that which is within `target`, and needs a matrix
        anyway.
        """
        if not 0 < contraction < 1:
            return 0.0 if contraction == 0 else math.inf
        reach = self.reach
        before = math.ceil(math.log(target / reach) / math.log(contraction)) - 1 if reach > target else 0
        renewed = contraction * reach
        return before - (before > 0 and self._seen * math.expm1(min(renewed, FAR)) * renewed > target)
