"""When Newton's method computes a new information matrix, and when it continues with the current one.

A pass with the matrix costs more than one without, in proportion to the number of columns; with an old matrix the steps
are less effective. `newton` states a bound for this; here the bound is compared with the effect of the previous steps.
Costs are counted in passes without a matrix.
"""

from __future__ import annotations

import math

from verhulst.regression.statistics import EPS

SAME_INFORMATION = 2e-5  # a reach below this changes no standard error by more than 1e-5 of itself (proved) ...
SAME_DIGITS = (
    5e-7  # ... and if the previous steps reached this share of the bound, by no more than a millionth (observed)
)
COLUMNS_PER_PASS = 50  # a pass with the matrix of q coefficients takes 1 + q/50 times as long as one without (measured)
CHEAP = 3.0  # if a matrix costs more passes than this, a pass without one is tried first
DOUBT = 0.8  # the next error is reduced by the last factor to this power: convergence with an old matrix slows down
UNSURE = 4.0  # a step just after a new matrix may be up to this many times longer than predicted
FAR_AWAY = 0.3  # factor by which a pass with information shrinks the decrement, far from the maximum (observed)
FAR = 3.0  # the bound e^reach − 1 is cut off at this reach, beyond which it is of no use


class Renewal:
    """Decides whether the next pass needs the information matrix.

    Parameters
    ----------
    size : q, the number of coefficients
    ridge : whether there is a penalty
    sampled : whether the first steps use an approximation, the information of a sample

    Attributes
    ----------
    drift : a bound on how far log-odds have moved since the matrix was computed; inf for that of a sample
    reach : a bound on how far the current step moves log-odds
    """

    def __init__(self, size: int, *, ridge: bool, sampled: bool) -> None:
        self.drift, self.reach = math.inf, 0.0
        self._cost = 1 + size / COLUMNS_PER_PASS
        self._ridge, self._sampled = ridge, sampled
        self._decrement = self._before = math.inf  # at this point and at the one before it
        self._promise = 1.0  # the bound on the factor by which the current step reduces the decrement
        self._within = math.inf  # reach when the decrement first was small enough for an end

    def arrived(self, decrement: float, reach: float, fraction: float, fresh: bool) -> None:
        """Record a new point, the fraction of the step that led there, and whether its matrix was computed."""
        self.drift = 0.0 if fresh else self.drift + fraction * self.reach
        # The share of the bound that the last full step reached: the next one will reach about the same.
        bound = self._promise * self._decrement
        self._seen = min(decrement / bound, 1.0) if fraction == 1.0 and 0 < bound < math.inf else 1.0
        # With a ridge the steps say little about the information; the share ½ is proved.
        self._share = 0.5 if self._ridge else self._seen
        self._promise = math.expm1(min(self.drift + reach, FAR))
        self._before, self._decrement = self._decrement, decrement
        self.reach, self._fraction, self._fresh = reach, fraction, fresh

    @property
    def unchanged(self) -> bool:
        """Whether the matrix is that of this point, and gives the standard errors of the next one too."""
        return self.drift == 0.0 and self.reach <= SAME_INFORMATION and self._share * self.reach <= SAME_DIGITS

    def nearer(self) -> bool:
        """Return whether another step would bring the standard errors closer to those of the maximum."""
        last, self._within = self._within, self.reach
        return self.reach <= 0.5 * last

    def due(self, *, last: bool) -> bool:
        """Return whether the next pass needs a matrix; `last` if it is the last pass and there is no matrix yet."""
        if self._within < math.inf or last:
            return True  # an end needs a matrix
        if self._before == math.inf or self._fraction < 1.0:  # nothing is known yet: try without one if that is cheap
            untried = self._before == math.inf and self._sampled
            return not (self._decrement > 1.0 and (untried or self.costly))
        contraction = (self._seen * self._promise) ** DOUBT
        if self.reach > 1.0:
            # Too far away to predict the end. If decrements are small and steps are not, the data may be separated:
            # this shows in Newton steps, but not in steps with a corrected matrix.
            return not (self._decrement > 1.0 and contraction**self._cost < FAR_AWAY)
        # The effect of a new matrix is known from the previous one at best: leave a margin.
        margin = UNSURE if self._fresh and self.costly else 1.0
        target = min(SAME_INFORMATION, SAME_DIGITS / max(self._share, EPS)) / margin
        return not 0 < self._passes_without(contraction, target) <= self._cost

    @property
    def costly(self) -> bool:
        """Whether a pass without a matrix is worth trying first."""
        return self._cost > CHEAP

    def _passes_without(self, contraction: float, target: float) -> float:
        """Return the number of passes without a matrix before the last; one less if new information needs one as well.

        Every pass reduces the reach by `contraction`; with information from the next point, the one after it is reduced
        by `seen` times its own bound instead. The last pass is the one that ends within `target`; it needs a matrix in
        any case.
        """
        if not 0 < contraction < 1:
            return 0.0 if contraction == 0 else math.inf
        reach = self.reach
        before = math.ceil(math.log(target / reach) / math.log(contraction)) - 1 if reach > target else 0
        renewed = contraction * reach
        return before - (before > 0 and self._seen * math.expm1(min(renewed, FAR)) * renewed > target)
