"""Separated data: noticed during the fit, named, and answered with the limits that the estimates tend to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.regression.chunks import Blocks, statistics_of
from verhulst.regression.covariance import Standardised
from verhulst.regression.factor import Factor
from verhulst.regression.konis import LARGEST, linear_program
from verhulst.regression.newton import Fit, Pass, newton
from verhulst.regression.recession import (
    NEGLIGIBLE,
    FreeSpace,
    Recession,
    free_space,
    joined,
    recession,
    rows_left,
    with_every_free_coefficient,
)
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Vector

REASON_ROWS = 4096  # looked at together


class SeparationWarning(UserWarning):
    """The outcomes are separated, so that some maximum likelihood estimates are infinite."""


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """What separates the outcomes.

    Attributes
    ----------
    kind : "complete" if every row has a margin above 0 along the direction, "quasi-complete" if some have margin 0
    columns : names of the coefficients without a finite estimate, "(intercept)" among them if it has none
    direction : (q,) for the columns as given, intercept first where there is one; the log-likelihood rises for ever
        along it. Its largest entry is 1 in size; it is 0 exactly for the coefficients that have a finite estimate.
    finite : (q,) coefficients that hold where x·direction = 0; elsewhere the infinite part decides
    rows_separated : number of rows with a margin above 0
    reasons : sentences about single columns that separate by themselves
    """

    kind: Literal["complete", "quasi-complete"]
    columns: tuple[str, ...]
    direction: Vector
    finite: Vector
    rows_separated: int
    reasons: tuple[str, ...]

    @property
    def infinite(self) -> NDArray[np.bool_]:
        """(q,) which coefficients have no finite estimate."""
        return np.asarray(self.direction != 0)

    @property
    def coefficients(self) -> Vector:
        """(q,) the limits: ±∞ along the direction, finite elsewhere."""
        return np.where(self.infinite, np.copysign(np.inf, self.direction), self.finite)

    def log_odds(self, X: ArrayLike, offset: ArrayLike | None = None) -> Vector:
        """(n,) limits of the linear predictor: ±∞ by the side of the direction, the finite part on the boundary."""
        x = np.asarray(X, dtype=np.float64)
        side, first = self.side(x), len(self.finite) - x.shape[1]
        finite = x @ self.finite[first:] + (self.finite[0] if first else 0.0)
        finite = finite if offset is None else finite + np.asarray(offset)
        return np.where(side == 0, finite, np.copysign(np.inf, side))

    def side(self, X: ArrayLike) -> NDArray[np.float64]:
        """Where rows lie along the direction: 1, −1, or 0 for rows within rounding of the boundary.

        Parameters
        ----------
        X : (n, p) columns as given, without the intercept
        """
        x = np.asarray(X, dtype=np.float64)
        slopes = self.direction[len(self.direction) - x.shape[1] :]
        constant = float(self.direction[0]) if len(self.direction) > x.shape[1] else 0.0
        along = x @ slopes + constant
        size = np.abs(x) @ np.abs(slopes) + abs(constant)
        return np.where(np.abs(along) <= (len(slopes) + 7) * np.finfo(float).eps * size, 0.0, np.sign(along))

    def __str__(self) -> str:
        signs = ["+" if d > 0 else "−" for d in self.direction[self.infinite]]
        towards = _shortened([f"{name} {sign}∞" for name, sign in zip(self.columns, signs, strict=True)], ", ")
        why = f" ({_shortened(self.reasons, '; ')})" if self.reasons else ""
        if self.kind == "complete":
            what = f"The columns tell the two outcomes apart without error in all {self.rows_separated} rows{why}"
            rest = "No coefficient has a finite estimate: along the direction that was found they tend to"
        else:
            what = f"The outcome of {self.rows_separated} rows can be told without error{why}"
            rest = "The likelihood has no maximum, it rises for ever as the coefficients tend to"
        return f"{self.kind} separation. {what}. {rest} {towards}"

    def advice(self) -> str:
        """The record as a warning: what was found, what the numbers mean, what to do."""
        others = " The other coefficients are the limits they tend to." if self.kind == "quasi-complete" else ""
        return (
            f"{self}. Their standard errors are infinite and Wald tests say nothing of them.{others} "
            "For finite estimates use penalty='firth' or penalty='l2'."
        )


def _shortened(parts: Sequence[str], joint: str, most: int = 6) -> str:
    more = [f"and {len(parts) - most} more"] if len(parts) > most else []
    return joint.join([*parts[: most if more else None], *more])


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """What the fit of separated data tends to, for the standardised columns.

    Attributes
    ----------
    recession : the certificate
    space : the directions that the data leave free once the separated rows are gone
    fit : Newton's method on the rows that are left, or None if there are none
    """

    recession: Recession
    space: FreeSpace
    fit: Fit | None

    def infinite(self, standard: Standardisation) -> NDArray[np.bool_]:
        """(q,) which coefficients of the columns as given have no finite estimate."""
        basis = self.space.basis
        free = np.asarray(np.linalg.norm(basis, axis=1) > NEGLIGIBLE)
        if standard.intercept:
            # The intercept of the columns as given is that of the standardised ones less Σ centreⱼ slopeⱼ.
            parts = basis * self.space.scale[:, None]
            shares = np.abs(parts).max(initial=0.0)
            parts[1:] *= (standard.centre * standard.inverse_scale)[:, None]
            left = parts[0] - parts[1:].sum(axis=0)
            size = max(np.abs(parts).sum(axis=0).max(initial=0.0), shares)
            free[0] = bool(np.any(np.abs(left) > NEGLIGIBLE * size))
        return free

    def direction(self, standard: Standardisation) -> Vector:
        """(q,) the separating direction of the columns as given, its largest entry 1 in size."""
        given = np.where(self.infinite(standard), standard.original(self.recession.direction), 0.0)
        return np.asarray(given / np.max(np.abs(given)))

    def newton(self, before: Fit) -> Fit:
        """The fit of the rows that are left, with the passes that came before."""
        if self.fit is None:
            size = len(self.recession.direction)
            return Fit(np.zeros(size), np.zeros((size, size)), 0.0, 0.0, before.passes, "converged")
        return replace(self.fit, passes=before.passes + self.fit.passes)

    def covariance(self, standard: Standardisation, weight_exponent: int, left_out: Sequence[int]) -> Standardised:
        """How the coefficients vary: ∞ for those that are infinite, nan for those `left_out`.

        Any inverse on the columns that the rows left can tell apart serves: a finite coefficient, and the log-odds of a
        row on the boundary, do not depend on which of the others were chosen.
        """
        size = len(self.recession.direction)
        working = np.zeros((size, size))
        if self.fit is not None:
            working = np.nan_to_num(Factor.of(self.fit.information).inverse(), nan=0.0)
        fixed = np.where(self.infinite(standard), np.inf, 0.0)
        fixed[list(left_out)] = np.nan
        return Standardised(working, standard, weight_exponent, fixed)

    def record(self, blocks: Blocks, standard: Standardisation, names: Sequence[str]) -> Separation:
        """The result in words and in the units of the columns as given; `names` (p,)."""
        infinite = self.infinite(standard)
        parameters = ("(intercept)", *names) if standard.intercept else tuple(names)
        return Separation(
            "complete" if self.recession.complete else "quasi-complete",
            tuple(name for name, yes in zip(parameters, infinite, strict=True) if yes),
            self.direction(standard),
            np.zeros(len(infinite)) if self.fit is None else standard.original(self.fit.beta),
            self.recession.separated,
            reasons(blocks, names, infinite[len(infinite) - len(names) :]),
        )


class SeparationWatch:
    """Watches the passes of Newton's method and stops it once the data are proved to be separated.

    Newton's step in the separated part of the data gains one unit of log-odds a pass, in the rest nothing any more: a
    step whose smallest margin is about 0 or more and whose largest is at least about 1 is a candidate.

    Attributes
    ----------
    found : the certificate, once there is one
    """

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self.found: Recession | None = None

    def __call__(self, step: Pass) -> bool:
        """True once the step of this pass has become a certificate."""
        if step.margin is None or step.direction is None or step.margin[0] < -0.25 or step.margin[1] < 0.5:
            return False
        self.found = recession(self._blocks, step.direction)
        return self.found is not None

    def certificate(self, fit: Fit) -> Recession | None:
        """What was found; where Newton's method ended without reaching a maximum, also by the linear program."""
        if self.found is None and fit.status != "converged" and _entries(self._blocks) <= LARGEST:
            self.found = linear_program(self._blocks)
        return self.found


def _entries(blocks: Blocks) -> int:
    return sum(rows.size * len(rows.y) for rows in blocks())


def separation_limit(blocks: Blocks, found: Recession, start: Vector, *, tolerance: float, max_passes: int) -> Limit:
    """Separate as many rows as can be, and fit the others.

    Parameters
    ----------
    blocks : the data
    found : a certificate
    start : (q,) where Newton's method starts for the rows that are left
    tolerance, max_passes : see `newton`
    """
    while True:
        if found.complete:
            space = free_space(blocks, found.direction, None)
            return Limit(with_every_free_coefficient(blocks, found, space), space, None)
        left = rows_left(blocks, found.direction)
        watch = SeparationWatch(left)
        fit = newton(statistics_of(left), start, tolerance=tolerance, max_passes=max_passes, monitor=watch)
        more = None if watch.found is None else joined(blocks, found, watch.found)
        if more is None or more.separated <= found.separated:
            space = free_space(blocks, found.direction, None)
            return Limit(with_every_free_coefficient(blocks, found, space), space, fit)
        found = more


def reasons(blocks: Blocks, names: Sequence[str], infinite: NDArray[np.bool_]) -> tuple[str, ...]:
    """What single columns say: cells without one of the outcomes, and thresholds that part them.

    Parameters
    ----------
    infinite : (p,) the columns to look at
    """
    low, high = (np.full((2, len(names)), sign * np.inf) for sign in (1, -1))
    for rows in blocks():
        for start in range(0, len(rows.y), REASON_ROWS):
            some = slice(start, start + REASON_ROWS)
            y = rows.y[some]
            for outcome, among in ((0, y < 1), (1, y > 0)):
                chosen = among if rows.weight is None else among & (rows.weight[some] > 0)
                if chosen.any():
                    X = rows.X[some][chosen]
                    low[outcome] = np.minimum(low[outcome], X.min(axis=0))
                    high[outcome] = np.maximum(high[outcome], X.max(axis=0))
    sentences = []
    for j in map(int, np.flatnonzero(infinite)):
        sentence = _reason(names[j], low[:, j], high[:, j])
        if sentence:
            sentences.append(sentence)
    return tuple(sentences)


def _reason(name: str, low: Vector, high: Vector) -> str | None:
    for y, other in ((0, 1), (1, 0)):
        if low[other] == high[other] == 0 and (low[y] >= 0 or high[y] <= 0):
            value = "= 1" if high[y] == 1 and low[y] >= 0 else "≠ 0"
            return f"every row with {name} {value} has y = {y}"
        if low[other] == high[other] == 1 and low[y] == 0 and high[y] <= 1:
            return f"every row with {name} = 0 has y = {y}"
    for y, other in ((0, 1), (1, 0)):
        if low[y] > high[other]:
            return f"y = {y} in every row with {name} ≥ {low[y]:g}, and in no row with {name} ≤ {high[other]:g}"
        if low[y] == high[other]:
            return f"every row with {name} > {low[y]:g} has y = {y}, and every row with {name} < {low[y]:g} y = {other}"
    return None
