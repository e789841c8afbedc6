"""Separated data: noticed during the fit, proved, and answered with the limits that the estimates tend to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from verhulst.regression.cone import UndecidedError
from verhulst.regression.coordinates import usual
from verhulst.regression.exact_separation import exact_separation, within_reach
from verhulst.regression.factor import Factor
from verhulst.regression.linear_programs import LARGEST, separating, widest
from verhulst.regression.newton import newton
from verhulst.regression.passes import Fit, Pass
from verhulst.regression.recession import NEGLIGIBLE, Recession, joined, recession, rows_left, separated_rows
from verhulst.regression.rows import Rows
from verhulst.regression.separation import Separation, State, shortened
from verhulst.regression.separation_reasons import reasons
from verhulst.regression.signs import signs
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.standardised_covariance import Standardised
from verhulst.regression.statistics import Matrix, Vector

if TYPE_CHECKING:
    from verhulst.regression.result import LogisticFit


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """What the fit of separated data tends to.

    Attributes
    ----------
    recession : the certificate
    states : (q,) what is known of each coefficient of the columns as given
    fit : Newton's method on the rows that are left, in the coordinates of the fit, or None
    rest : a fit of the rows that are left with coordinates of its own, or None
    """

    recession: Recession
    states: tuple[State, ...]
    fit: Fit | None
    rest: LogisticFit | None = None

    def newton(self, before: Fit) -> Fit:
        """Newton's method on the rows that are left, with the passes that came before."""
        if self.fit is None:
            size = len(self.states)
            return Fit(np.zeros(size), np.zeros((size, size)), 0.0, 0.0, before.passes, "converged")
        return replace(self.fit, passes=before.passes + self.fit.passes)

    def covariance(self, standard: Standardisation, weight_exponent: int, left_out: Sequence[int]) -> Standardised:
        """How the coefficients vary: ∞ for those that are infinite, nan for those that are open or `left_out`.

        Any inverse on the columns that the rows left can tell apart serves: a finite coefficient, and the log-odds of a
        row on the boundary, do not depend on which of the others were chosen.
        """
        errors = {"finite": 0.0, "+inf": np.inf, "-inf": np.inf}
        fixed = np.array([errors.get(state, np.nan) for state in self.states])
        fixed[list(left_out)] = np.nan
        if self.rest is not None and isinstance(self.rest.covariance_record, Standardised):
            known = self.rest.covariance_record
            return replace(known, fixed=fixed, weight_exponent=known.weight_exponent + weight_exponent)
        working = np.zeros((len(fixed), len(fixed)))
        if self.fit is not None:
            working = np.nan_to_num(Factor.of(self.fit.information).inverse(), nan=0.0)
        return Standardised(working, standard, weight_exponent, fixed)

    def record(self, rows: SomeRows, standard: Standardisation, names: Sequence[str]) -> Separation:
        """The result in words and in the units of the columns as given; `names` (p,)."""
        elsewhere = np.array([state != "finite" for state in self.states])
        parameters = ("(intercept)", *names) if standard.intercept else tuple(names)
        found = Separation(
            "complete" if self.recession.complete else "quasi-complete",
            tuple(name for name, yes in zip(parameters, elsewhere, strict=True) if yes),
            self.states,
            np.zeros(len(elsewhere)),
            self._finite(standard),
            self.recession.separated,
            reasons(rows, names, elsewhere[int(standard.intercept) :]),
        )
        return self._with_direction(found, rows)

    def _with_direction(self, record: Separation, rows: SomeRows) -> Separation:
        """The record with the first direction that puts all rows where they belong, or that which misplaces fewest.

        Directions are judged as predictions will use them: for the columns as given, rounded, their largest entry 1.
        """
        free, best = np.array([state != "finite" for state in self.states]), None
        for candidate in self._candidates(rows):
            direction = np.where(free, candidate, 0.0)
            tried = replace(record, direction=direction / np.max(np.abs(direction)))
            tried = replace(tried, rows_misplaced=sum(rows.ask(_misplaced, self.recession, tried)))
            if best is None or tried.rows_misplaced < best.rows_misplaced:
                best = tried
            if not best.rows_misplaced:
                break
        assert best is not None
        return best

    def _candidates(self, rows: SomeRows) -> Iterator[Vector]:
        yield self.recession.given
        if self.recession.inside is not None:
            yield self.recession.inside
        far_from_all = widest(rows, self.recession) if isinstance(rows, Rows) else None
        if far_from_all is not None:
            yield far_from_all

    def _finite(self, standard: Standardisation) -> Vector:
        if self.rest is not None:
            return self.rest.coefficients
        return np.zeros(len(self.states)) if self.fit is None else standard.original(self.fit.beta)


class SeparationWatch:
    """Watches the passes of Newton's method and stops it once the data are proved to be separated.

    Newton's step in the separated part of the data gains one unit of log-odds a pass, in the rest nothing any more: a
    step whose smallest margin is about 0 or more and whose largest is at least about 1 is a candidate. Data of moderate
    size are then looked at in exact arithmetic, once; that is the last word.

    Attributes
    ----------
    rows : the data
    found : the certificate, once there is one
    refuted : a direction that separates the data as far as doubles tell, but not in exact arithmetic; or None
    """

    def __init__(self, rows: SomeRows) -> None:
        self.rows = rows
        self.found: Recession | None = None
        self.refuted: Recession | None = None
        self._overlap = False  # proved

    @property
    def decided(self) -> bool:
        """Whether it is proved that the data are separated, or that they are not."""
        return self.found is not None or self._overlap

    def __call__(self, step: Pass) -> bool:
        """True once the step of this pass has become a certificate."""
        if step.margin is None or step.direction is None or step.margin[0] < -0.25 or step.margin[1] < 0.5:
            return False
        if self._overlap:
            return False
        candidate = recession(self.rows, step.direction)
        if candidate is not None and not self._settled(candidate):
            self.found = candidate
        return self.found is not None

    def certificate(self, fit: Fit, doubtful: bool = False) -> Recession | None:
        """What was found; where Newton's method did not end at a maximum, exact arithmetic or the linear program tell.

        Parameters
        ----------
        fit : where Newton's method ended
        doubtful : whether its end is no proof of a maximum, though it says so
        """
        proved = self.found is not None or self._overlap or (fit.status == "converged" and not doubtful)
        if not proved and not self._settled(None) and isinstance(self.rows, Rows) and self.rows.entries <= LARGEST:
            self.found = separating(self.rows)
        return self.found

    def proved(self, rows: SomeRows, direction: Vector) -> Recession | None:
        """A certificate from a direction (q,) along which the likelihood rises for ever, as the rows see it."""
        return None if self._overlap else recession(rows, direction)

    def _settled(self, candidate: Recession | None) -> bool:
        """Whether exact arithmetic has decided."""
        if not isinstance(self.rows, Rows) or not within_reach(self.rows):
            return False
        try:
            exact = exact_separation(self.rows)
        except UndecidedError:
            return False
        self._overlap, self.found = exact is None, exact
        self.refuted = candidate if exact is None else None
        if exact is not None and candidate is not None:
            self.found = replace(exact, direction=candidate.given)
        return True


def but_for_rounding(refuted: Recession, names: Sequence[str], penalties: str = "firth=True, or C=1") -> str:
    """A warning about a maximum that is finite only because of the last digits of the numbers; `names` (p,)."""
    slopes = np.abs(refuted.direction[int(refuted.standard.intercept) :])
    some = [name for name, size in zip(names, slopes, strict=True) if size > NEGLIGIBLE * slopes.max()]
    return (
        f"but for the rounding of numbers the outcomes are separated: a combination of {shortened(some, ', ')} "
        "predicts the outcome without error, except in rows in which it is 0 up to the last digits of the values "
        "(0.1 + 0.2 is not 0.3 in doubles). The coefficients and standard errors of these columns rest on those "
        f"digits. Multiply decimals to whole numbers, which are exact, or use {penalties} for an L2 penalty"
    )


def separation_limit(
    rows: SomeRows,
    found: Recession,
    start: Vector,
    tolerance: float,
    max_passes: int,
    *,
    refit: Callable[[Recession], LogisticFit | None] | None = None,
    outward: Matrix | None = None,
) -> Limit:
    """Separate as many rows as can be, fit the others, and examine the coefficients.

    Parameters
    ----------
    rows : the data
    found : a certificate
    start : (q,) where Newton's method starts for the rows that are left
    tolerance, max_passes : see `newton`
    refit : fits the rows without those that are separated, or says None; far values among these may have made the
        others look alike in the coordinates of `rows`
    outward : see `signs`
    """
    while found.states is None and not found.complete:
        left = rows_left(rows, found)
        left = left.seen_by(usual(left) or left.standard)
        watch = SeparationWatch(left)
        fit = newton(left.statistics, start, tolerance=tolerance, max_passes=max_passes, monitor=watch)
        again = watch.certificate(fit)
        more = None if again is None else joined(rows, found, again)
        if more is None or more.separated <= found.separated:
            break
        found = more
    states = found.states or signs(rows, found, outward)
    if found.complete:
        return Limit(found, states, None)
    rest = None if refit is None else refit(found)
    if rest is not None:
        return Limit(found, _told_apart(states, rest, rows), None, rest)
    left = rows_left(rows, found)
    return Limit(found, states, newton(left.statistics, start, tolerance=tolerance, max_passes=max_passes))


def _told_apart(states: tuple[State, ...], rest: LogisticFit, rows: SomeRows) -> tuple[State, ...]:
    """The states, where the rows that are left do not tell some columns from combinations of others.

    Columns that differ from a combination in their last digit only have a finite limit in exact arithmetic, but not to
    the precision of their numbers.
    """
    alike: set[str] = set()
    for one in rest.collinear:  # a scale of 0: the column takes no part in the fit of all rows either
        if rows.inverse_scale[one.column] > 0 and states[one.column + int(rest.has_intercept)] == "finite":
            alike |= {one.name, *(one.combination or ["(intercept)"])}
    pairs = zip(states, rest.parameter_names, strict=True)
    return tuple("not determined" if state == "finite" and name in alike else state for state, name in pairs)


def _misplaced(rows: Rows, found: Recession, record: Separation) -> int:
    """How many rows lie elsewhere than they should by `record.side`: the separated by outcome, the others at 0."""
    apart, wrong = separated_rows(rows, found), 0
    step = max(1, LARGEST // max(rows.size, 1))
    for start in range(0, len(rows.y), step):
        some = slice(start, start + step)
        y = np.asarray(rows.y[some], dtype=np.float64)
        side = np.where(apart[some], 2 * y - 1, 0.0)
        wrong += int(np.count_nonzero((record.side(rows.X[some]) != side) & rows.counted[some]))
    return wrong
