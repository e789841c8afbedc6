"""The record of separated outcomes, and its messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.data.schema import DamagedError, ListOf, Record, Text, Whole, numbers, path
from verhulst.regression.linear_predictor import linear_predictor, row_sums
from verhulst.regression.statistics import Vector

State = Literal["finite", "+inf", "-inf", "not determined", "not examined"]


def state_of(rising: bool, falling: bool, examined: bool = True) -> State:
    """What is known of a coefficient that some separating directions raise, some lower; `examined` if that is all."""
    if rising and falling:
        return "not determined"
    if not examined:
        return "not examined"
    return "+inf" if rising else "-inf" if falling else "finite"


class SeparationWarning(UserWarning):
    """Warn that the outcomes are separated, so that some maximum likelihood estimates are infinite."""


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """The separation of the outcomes.

    Attributes
    ----------
    kind : {"complete", "quasi-complete"}
        "complete" if some direction has a margin above 0 in every row.
    columns : tuple of str
        Names of the coefficients without a finite estimate, possibly with "(intercept)".
    states : tuple of str, length q
        The state of each coefficient: "finite"; "+inf" or "-inf" if it has this sign in every separating direction in
        which it is not 0; "not determined" if it is positive in some directions and negative in others; "not examined"
        if there are too many columns, or values of too different scales.
    direction : ndarray, shape (q,)
        For the columns as given, intercept first if there is one: one of the directions that separate as many rows as
        possible, used for predictions. `side` puts every separated row on the side of its outcome (but see
        `rows_misplaced`). Its largest entry has size 1; it is 0 for coefficients with a finite estimate.
    finite : ndarray, shape (q,)
        The coefficients for rows with x·direction = 0; for other rows the infinite part decides.
    rows_separated : int
        The number of rows with a margin above 0.
    reasons : tuple of str
        Sentences about single columns that separate by themselves.
    rows_misplaced : int
        The number of rows so close to the boundary that double precision misplaces them: separated rows that `side`
        does not put on the side of their outcome, and others for which it is not 0; usually none.
    """

    kind: Literal["complete", "quasi-complete"]
    columns: tuple[str, ...]
    states: tuple[State, ...]
    direction: Vector
    finite: Vector
    rows_separated: int
    reasons: tuple[str, ...]
    rows_misplaced: int = 0

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        if len(record["columns"]) != sum(state != "finite" for state in record["states"]):
            raise DamagedError(path(at, "columns"), "are not those without a finite estimate, by their states")

    SCHEMA: ClassVar[Record] = Record(
        {
            "kind": Text(among=("complete", "quasi-complete")),
            "columns": ListOf(Text()),
            "states": ListOf(Text(among=get_args(State)), "coefficients"),
            "direction": numbers("coefficients"),
            "finite": numbers("coefficients"),
            "rows_separated": Whole(),
            "reasons": ListOf(Text()),
            "rows_misplaced": Whole(),
        },
        optional=("rows_misplaced",),
        rule=_check,
    )

    @property
    def infinite(self) -> NDArray[np.bool_]:
        """(q,) mask of the coefficients that are +∞ or −∞."""
        return np.array([state in ("+inf", "-inf") for state in self.states], dtype=bool)

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """(q,) mask of the coefficients that are not determined by the data, or were not examined."""
        return np.array([state in ("not determined", "not examined") for state in self.states], dtype=bool)

    @property
    def not_determined(self) -> tuple[str, ...]:
        """Names of the coefficients that are not determined by the data."""
        return self._named("not determined")

    @property
    def not_examined(self) -> tuple[str, ...]:
        """Names of the coefficients that were not examined."""
        return self._named("not examined")

    def _named(self, state: State) -> tuple[str, ...]:
        others = [each for each in self.states if each != "finite"]
        return tuple(name for name, each in zip(self.columns, others, strict=True) if each == state)

    @property
    def coefficients(self) -> Vector:
        """(q,) the limits: finite, ±∞, or nan if not determined by the data or not examined."""
        limits = {"+inf": np.inf, "-inf": -np.inf, "not determined": np.nan, "not examined": np.nan}
        pairs = zip(self.states, self.finite, strict=True)
        return np.array([limits.get(state, finite) for state, finite in pairs], dtype=float)

    def log_odds(self, X: ArrayLike, offset: ArrayLike | None = None, rest: float = 0.0) -> Vector:
        """Return the limits of the linear predictor, (n,): ±∞ by the side of the direction, finite on the boundary.

        Rows with a missing value or offset are nan. `rest` is what the finite intercept lacks.
        """
        x = np.asarray(X, dtype=np.float64)
        side, first = self.side(x), len(self.finite) - x.shape[1]
        shift = np.zeros(len(x)) if offset is None else np.asarray(offset, dtype=np.float64)
        finite = linear_predictor(x, self.finite[first:], float(self.finite[0]) if first else 0.0, shift, rest)
        limit = np.where(np.isnan(side) | np.isnan(shift), np.nan, np.copysign(np.inf, side))
        return np.where(side == 0, finite, limit)

    def side(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the side of rows along the direction: 1, −1, or 0 for rows within rounding of the boundary.

        Parameters
        ----------
        X : array_like, shape (n, p)
            Columns as given, without the intercept.
        """
        x = np.asarray(X, dtype=np.float64)
        slopes = self.direction[len(self.direction) - x.shape[1] :]
        constant = float(self.direction[0]) if len(self.direction) > x.shape[1] else 0.0
        along = row_sums(x, slopes) + constant
        size = row_sums(np.abs(x), np.abs(slopes)) + abs(constant)
        return np.where(np.abs(along) <= (len(slopes) + 7) * np.finfo(float).eps * size, 0.0, np.sign(along))

    def to_json(self) -> dict[str, Any]:
        """Return the record as data for a model file."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Separation:
        """Return the record in such data: the inverse of `to_json`.

        Raises
        ------
        ValueError
            If the states are not one for each coefficient, or unknown.
        """
        vectors = {name: np.array(record[name], dtype=float) for name in ("direction", "finite")}
        names = {name: tuple(record[name]) for name in ("columns", "reasons", "states")}
        if len(names["states"]) != len(vectors["direction"]) or not set(names["states"]) <= set(get_args(State)):
            raise ValueError("the states of the coefficients are invalid")
        return cls(**(record | vectors | names))

    def __str__(self) -> str:
        why = f": {shortened(self.reasons, '; ')}" if self.reasons else ""
        if self.kind == "complete":
            what = f"The columns predict the outcome without error in all {self.rows_separated:,} rows{why}"
        else:
            what = f"The outcome of {self.rows_separated:,} rows is predicted without error{why}"
        if not self.rows_separated:  # of several classes
            what = "In some rows some of the classes are ruled out"
        return f"{self.kind} separation. {what}. The likelihood has no maximum. {' '.join(self.sentences())}"

    def sentences(self) -> list[str]:
        """Return sentences about the coefficients without a finite estimate, by kind."""
        signs = {"+inf": "+∞", "-inf": "−∞"}
        others = [state for state in self.states if state != "finite"]
        pairs = zip(self.columns, others, strict=True)
        settled = [f"{name} {signs[state]}" for name, state in pairs if state in signs]
        said = []
        if settled:
            said.append(f"Infinite in every separating direction: {shortened(settled, ', ')}.")
        if self.not_determined:
            said.append(
                "Not determined by the data, as some separating directions raise the coefficient and others lower it: "
                f"{shortened(self.not_determined, ', ')}."
            )
        if self.not_examined:
            names = shortened(self.not_examined, ", ")
            said.append(f"Not examined, because of the number of columns or the range of their values: {names}.")
        if self.rows_misplaced:
            said.append(
                f"{self.rows_misplaced:,} rows lie so close to the boundary that double precision does not determine "
                "their side: do not rely on their predictions."
            )
        return said

    def advice(self, remedy: str = "For finite estimates use firth=True, or C=1 for an L2 penalty.") -> str:
        """Return the record as a warning: the finding, the meaning of the numbers, and what to do."""
        others = " The other coefficients are limits." if "finite" in self.states else ""
        return f"{self} None of these has a standard error or a Wald test.{others} {remedy}"


def shortened(parts: Sequence[str], joint: str, most: int = 6) -> str:
    """Return parts in a row, the first of them and a count if they are many."""
    more = [f"and {len(parts) - most} more"] if len(parts) > most else []
    return joint.join([*parts[: most if more else None], *more])
