"""How far to go along a step: where the rows that push on and those that push back are in balance.

Weighed by their logarithms, which tell e^−800 from e^−900.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from verhulst.functions import log_sigmoid, logsumexp
from verhulst.regression.look import ROUNDING
from verhulst.regression.pairs import Pair
from verhulst.regression.signed import Signed
from verhulst.regression.statistics import EPS, Vector

LEVEL = 0.2  # share of its slope at the start at which the height counts as level
ENDLESS = 2.0**1000  # times a step: a direction that still rises there rises for ever


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The height along a step, by what pushes on and what pushes back.

    Attributes
    ----------
    margins, change : (m,) margins at its start, and what a whole step adds to them
    log_size : (m,) log wᵢ|changeᵢ|
    temperature : as of the look
    pull : derivative of the penalty at its start, and what a whole step adds to it
    """

    margins: Vector
    change: Vector
    log_size: Vector
    temperature: float
    pull: tuple[float, float]

    @classmethod
    def of(cls, data: Signed, margins: Vector, temperature: float, beta: Pair, step: Pair) -> Line:
        """The line from beta (q,), which has these margins (m,), along a step (q,)."""
        change, size = data.along(step, offset=False).high, np.zeros(len(data.index))
        for part, z in data.rounded():
            size[part] = np.abs(z) @ np.abs(step.high)
        change = np.where(np.abs(change) <= ROUNDING * size, 0.0, change)
        with np.errstate(divide="ignore"):
            size = data.log_weight + np.log(np.abs(change))
        some = data.ridge > 0
        ridge, along = data.ridge[some], step.high[some]
        pull = float(np.sum(ridge * beta.high[some] * along)), float(np.sum(ridge * along**2))
        return cls(margins, change, size, temperature, pull)

    def pushes(self, steps: float) -> tuple[float, float]:
        """Logarithms of what raises the height and of what lowers it, after so many steps."""
        push = self.log_size + log_sigmoid(-(self.margins + steps * self.change) / self.temperature)
        pull = self.pull[0] + steps * self.pull[1]
        return _log_sum(push[self.change > 0], -pull), _log_sum(push[self.change < 0], pull)

    def excess(self, steps: float) -> float:
        """Logarithm of the one over the other: it falls as the steps grow, and is 0 at the greatest height."""
        up, down = self.pushes(steps)
        return up - down if max(up, down) > -math.inf else 0.0

    def steps(self) -> float:
        """How many steps lead to where the height is about greatest: 1 if it is level there, ∞ if it rises for ever."""
        level = max(LEVEL * min(self.excess(0.0), 1.0), 1e-14)
        if abs(self.excess(1.0)) <= level:
            return 1.0
        low, high = 0.0, 1.0
        while self.excess(high) > 0:
            if high == ENDLESS:
                return math.inf
            low, high = high, min(2 * high * high, ENDLESS)
        for _ in range(400):
            middle = 0.5 * (low + high) if low > 0.25 * high else max(math.sqrt(low) * math.sqrt(high), 2.0**-10 * high)
            gap = self.excess(middle)
            low, high = (middle, high) if gap > 0 else (low, middle)
            # Beyond the greatest height it may be level as far as the next row out: there only near by.
            if 0 <= gap <= level or (abs(gap) <= level and high <= 4 * low):
                return middle
            if high - low <= 4 * EPS * high:
                break
        return low  # where no double is near enough: rather short of it than on the wrong side


def _log_sum(logarithms: Vector, more: float) -> float:
    """log(Σ exp(logarithms) + more), for what is above 0 of `more`."""
    parts = [float(logsumexp(logarithms))] if len(logarithms) else []
    parts += [math.log(more)] if more > 0 else []
    return float(np.logaddexp.reduce(parts)) if parts else -math.inf
