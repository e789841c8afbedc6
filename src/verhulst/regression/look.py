"""A careful look at the likelihood near one point: nothing underflows, nothing cancels, and its rounding is known.

Log-odds and the sums of the gradient are computed with pairs of doubles, weights and residuals by their logarithms, and
the rows themselves are factored, not their information: in double precision or, where that does not tell some direction
from rounding, with pairs (see `orthogonal`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verhulst.functions import log_sigmoid, sigmoid
from verhulst.regression.newton import VALID
from verhulst.regression.orthogonal import Triangle, triangle
from verhulst.regression.pairs import Pair, add, multiply, pair, total
from verhulst.regression.signed import Signed
from verhulst.regression.statistics import EPS, Matrix, Vector

NEGLIGIBLE = 0.1  # share of what is left that rows may hold which move far
ROUNDING = 16 * 2.0**-104  # of a sum of products of pairs, in units of the sum of their sizes
LOGARITHM_OF_LARGEST = 600.0  # numbers beyond e^600 are ignored


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """The likelihood near one point, at a temperature.

    Attributes
    ----------
    beta : (q,)
    margins : (m,) log-odds with the sign of the outcome
    triangle : of the rows times the roots of what they add to the information, divided by e^(exponent/2)
    half : (r,) R⁻ᵀ times the gradient, in units of the decrement
    temperature : see above
    exponent : of the information
    noise : (r,) what rounding may add to `half`
    floor : what it may add to the decrement
    """

    beta: Pair
    margins: Pair
    triangle: Triangle
    half: Pair
    temperature: float
    exponent: float
    noise: Vector
    floor: float

    @property
    def contradicted(self) -> float:
        """By how many log-odds some row contradicts the model."""
        return max(0.0, -float(self.margins.high.min()))

    @property
    def decrement(self) -> float:
        """λ, in the directions that the rows tell apart."""
        largest = float(np.max(np.abs(self.half.high), initial=0.0))
        return largest * float(np.linalg.norm(self.half.high / largest)) if largest > 0 else 0.0

    @property
    def at_rounding(self) -> bool:
        """Whether rounding explains all that is left, in every direction."""
        return bool(np.all(np.abs(self.half.high) <= self.noise))

    @property
    def unit(self) -> float:
        """What standard errors are multiples of."""
        return math.exp(float(np.clip(-0.5 * self.exponent, -LOGARITHM_OF_LARGEST, LOGARITHM_OF_LARGEST)))

    def step(self, some: NDArray[np.bool_] | None = None) -> Pair:
        """(q,) Newton's, or `some` (r,) of the directions that it is made of."""
        unit = self.unit if some is None else np.where(some, self.unit, 0.0)
        return self.triangle.back_solve(Pair(self.half.high * unit, self.half.low * unit))


def look(data: Signed, beta: Pair, enough: float, temperature: float = 1.0) -> Look:
    """Log-odds, gradient and information at a point (q,).

    In double precision if that tells all directions apart, and a decrement of `enough` from rounding; or else in pairs.
    """
    quick = _rounded(data, beta, temperature)
    return quick if quick is not None and quick.floor <= enough else _precise(data, beta, temperature)


def _rounded(data: Signed, beta: Pair, temperature: float) -> Look | None:
    """In double precision; None where some direction is not told from rounding."""
    m, bound = np.zeros(len(data.index)), np.zeros(len(data.index))
    for some, z in data.rounded():
        m[some], bound[some] = z @ beta.high, np.abs(z) @ np.abs(beta.high)
    if data.rows.offset is not None:
        m += data.rows.offset[data.index]
        bound += np.abs(data.rows.offset[data.index])
    m *= data.sign
    held = Held.of(data, m / temperature, temperature)
    ridge = [pair(held.ridge)] if len(held.ridge) else []
    rows = (pair(z * held.root[some, None]) for some, z in data.rounded())
    found = triangle(itertools.chain(rows, ridge), len(beta.high), precise=False)
    if not found.full:
        return None
    residual = held.residual.high
    gradient = -data.ridge * beta.high * held.scale
    size = np.abs(gradient)
    for some, z in data.rounded():
        gradient += residual[some] @ z
        size += np.abs(residual[some]) @ np.abs(z)
    half = found.half_solve(pair(gradient))
    noise = held.rest * np.abs(found.half_solves(np.diag(size))).sum(axis=0)
    more = math.exp(0.5 * min(held.exponent, LOGARITHM_OF_LARGEST)) * float(np.linalg.norm(held.root * bound))
    floor = float(np.linalg.norm(noise)) + more
    return held.look(beta, pair(m), found, half, 4 * EPS * (noise + more), 4 * EPS * floor)


def _precise(data: Signed, beta: Pair, temperature: float) -> Look:
    """In pairs of doubles."""
    margins = data.along(beta, offset=True)
    held = Held.of(data, margins.high / temperature, temperature)
    ridge = [pair(held.ridge)] if len(held.ridge) else []

    def rows(precise: bool) -> Iterator[Pair]:
        for some, z in data.pieces():
            r = np.broadcast_to(held.root[some, None], z.high.shape)
            yield multiply(z, pair(r)) if precise else pair(z.high * r)

    found = triangle(itertools.chain(rows(False), ridge), len(beta.high), precise=False)
    if not found.full:
        found = triangle(itertools.chain(rows(True), ridge), len(beta.high), precise=True)
    residual = held.residual
    gradient = multiply(multiply(beta, pair(-data.ridge)), pair(np.full(len(beta.high), held.scale)))
    size = np.abs(gradient.high)
    for some, z in data.pieces():
        gradient = add(gradient, total(multiply(z, Pair(residual.high[some, None], residual.low[some, None]))))
        size += np.abs(residual.high[some]) @ np.abs(z.high)
    half = found.half_solve(gradient)
    noise = ROUNDING * held.rest * np.abs(found.half_solves(np.diag(size))).sum(axis=0)
    return held.look(beta, margins, found, half, noise, float(np.linalg.norm(noise)))


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What rows hold of the information and of the gradient, in numbers of ordinary size.

    In units of the decrement everything is divided by the root of the information: here the gradient is multiplied by
    a power of two, so that what cancels still does. Where rows contradict the model by hundreds of log-odds the
    quotient is too large for doubles: the direction counts, the line search finds the length.

    Attributes
    ----------
    temperature, exponent : the information is e^exponent times what follows from `root`
    root : (m,) roots of what rows add to it
    ridge : (k, q) roots of what the penalty adds to it
    residual : (m,) times `scale`, with the sign of the outcome
    scale, rest : the former is the power of two, the latter what is left of the division
    """

    temperature: float
    exponent: float
    root: Vector
    ridge: Matrix
    residual: Pair
    scale: float
    rest: float

    @classmethod
    def of(cls, data: Signed, m: Vector, temperature: float) -> Held:
        """At margins m, divided by the temperature."""
        if np.isnan(m).any():
            raise OverflowError("log-odds are outside the range of doubles")
        log_residual = data.log_weight + log_sigmoid(-m)
        log_information = log_residual + log_sigmoid(m) - math.log(temperature)
        with np.errstate(divide="ignore"):
            log_ridge = np.log(data.ridge)
        exponent = float(max(log_information.max(), log_ridge.max()))
        largest = float(log_residual.max())
        wanted = largest - 0.5 * exponent
        power = math.floor((min(wanted, LOGARITHM_OF_LARGEST) - largest) / math.log(2))
        return cls(
            temperature,
            exponent,
            np.exp(0.5 * (log_information - exponent)),
            np.diag(np.exp(0.5 * (log_ridge - exponent)))[data.ridge > 0],
            _residual(data, log_residual, m, power),
            math.exp(min(power * math.log(2), LOGARITHM_OF_LARGEST)),
            math.exp(-0.5 * exponent - power * math.log(2)) if wanted <= LOGARITHM_OF_LARGEST else 1.0,
        )

    def look(self, beta: Pair, margins: Pair, found: Triangle, half: Pair, noise: Vector, floor: float) -> Look:
        """The record; `half` is still to be multiplied by what is left of the division."""
        half = Pair(half.high * self.rest, half.low * self.rest)
        return Look(beta, margins, found, half, self.temperature, self.exponent, noise, floor)


def _residual(data: Signed, log_residual: Vector, m: Vector, power: int) -> Pair:
    """(m,) wᵢ σ(−mᵢ) 2^power with the sign of the outcome.

    Rows that contradict the model have residuals near 1. They may balance each other to the last digit, so that what
    they lack of 1 decides: 1 and −σ(m) are the two parts.
    """
    against = m < 0
    right = np.exp(np.where(against, -np.inf, log_residual + power * math.log(2)))
    wrong = np.ldexp(np.where(against, data.weight, 0.0), power)
    size = add(pair(right), multiply(pair(wrong), add(pair(np.ones(len(m))), pair(-sigmoid(m)))))
    return Pair(size.high * data.sign, size.low * data.sign)


def log_likelihood(data: Signed, margins: Pair) -> float:
    """Σ wᵢ log σ(mᵢ)."""
    return float(np.sum(data.weight * log_sigmoid(margins.high)))


def settled(data: Signed, here: Look, near: float = VALID) -> bool:
    """Whether the quadratic model holds within twice the distance to the maximum that it says is left.

    It does where no row moves by more than `near` on the way there; and where those that do are decided by so many
    log-odds that they hold nothing of the gradient and of the information anywhere near: an outlier of 10¹⁷ may move
    as it likes. How far a row moves is read off the step that is left, not bounded by λ: beside an outlier that does
    hold information, rounding of the other rows alone makes a λ of 1e-16, and that times the error of its log-odds is
    far. What comes after the step is of second order in what each row moves on it, and it is followed direction by
    direction, as rounding is: a row of 10⁶⁰ moves far by what would move an intercept by 1e-30, but not by that.
    """
    if here.temperature > 1:
        return False
    step, m, left = here.step().high, here.margins.high, np.abs(here.half.high) + here.noise
    moves, later, reach = np.zeros((3, len(data.index)))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        bend = 0.5 * (data.log_weight + log_sigmoid(m) + log_sigmoid(-m))
        after = here.noise.copy()
        for some, z in data.rounded():
            moves[some] = np.abs(z @ step) + EPS * (np.abs(z) @ np.abs(step))
            second = np.exp(2 * (bend[some] + np.log(moves[some]))) * here.unit
            after += second @ np.abs(here.triangle.half_solves(z))
        for some, z in data.rounded():
            each = np.abs(here.triangle.half_solves(z))
            later[some], reach[some] = each @ after, each @ (left + after)
        far = ~(2 * (moves + here.unit * later) <= near)
        reach *= 2 * here.unit
        held = np.zeros(len(left))
        for some, z in data.rounded():
            gone = far[some]
            holds = data.log_weight[some] + log_sigmoid(reach[some] - m[some]) + np.log(here.unit)
            holds = np.exp(holds + np.log(np.maximum(reach[some], 1.0)))
            held += holds[gone] @ np.abs(here.triangle.half_solves(z[gone]))
        return not np.any(far) or bool(np.all(held <= NEGLIGIBLE * (left + after)))
