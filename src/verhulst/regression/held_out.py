"""Predictions for rows that were not in the fit: by cross-validation, or for another table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from verhulst.data.block import Block, make_block
from verhulst.data.column import UNKNOWN_OPTION
from verhulst.data.column_matrix import as_columns
from verhulst.data.design import Design
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.errors import DataError, RequestError
from verhulst.data.names_given import column_name_or_none
from verhulst.data.schema import Maybe, Record, Text, Whole
from verhulst.regression.fitting import fit_each
from verhulst.regression.folds import assign_folds
from verhulst.regression.result import LogisticFit
from verhulst.regression.separation import Separation
from verhulst.regression.statistics import Matrix, Vector
from verhulst.regression.totals import Totals, totals_schema
from verhulst.regression.warn import quietly

if TYPE_CHECKING:
    import pyarrow as pa


class _AnyFit(Protocol):
    @property
    def separation(self) -> Separation | None: ...
    @property
    def converged(self) -> bool: ...


Fitted = TypeVar("Fitted", bound=_AnyFit)
PREDICTED_ROWS = 1 << 17  # that are predicted by all fits together
Factors = tuple[tuple[int, ...], ...]  # the places among the columns of X of each factor's levels


@dataclass(frozen=True, eq=False)
class Cases:
    """Single rows: log-odds, outcomes 0 and 1, and weights or None, each of shape (n,)."""

    log_odds: Vector
    y: Vector
    weights: Vector | None


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldOutRows:
    """Which rows were not in the fit that predicts them.

    Attributes
    ----------
    rows : int
        The number of rows that were predicted.
    folds : int
        The number of folds; 0 for a table of its own.
    seed : int or None
        The seed of the folds.
    group : str or None
        The column whose groups were kept together.
    groups : int
        The number of these groups.
    source : str
        The name of the table; empty for one in memory.
    left_out : int
        Rows of the table with missing values, which were not predicted.
    unseen : int
        Rows with a level that is not in the rows of their fit. They are predicted as with the reference level, or
        those of another table as with the rare levels that were taken together.
    separated, unconverged : int
        The numbers of folds whose other rows are separated, and whose fit did not converge.
    """

    rows: int
    folds: int
    seed: int | None = None
    group: str | None = None
    groups: int = 0
    source: str = ""
    left_out: int = 0
    unseen: int = 0
    separated: int = 0
    unconverged: int = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.how()}>"

    def how(self) -> str:
        """Return in words which rows these are and what predicted them."""
        rows = f"{self.rows:,} rows"
        if not self.folds:
            return f"{rows} of {self.source or 'another table'}"
        kept = f" that keep the {self.groups:,} groups of {self.group!r} together" if self.group is not None else ""
        return f"{rows} in {self.folds} folds{kept}, each predicted by a fit of the other folds"

    def origin(self) -> dict[str, Any]:
        """Return the attributes above as plain data."""
        return {one.name: getattr(self, one.name) for one in fields(HeldOutRows)}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class HeldOut(HeldOutRows):
    """Predictions for rows that were not in their fit. `vh.evaluate` takes it in place of outcomes and scores.

    Attributes
    ----------
    totals : Totals
        Totals of the predictions by outcome. A model file contains these, and no single row.
    cases : Cases or None
        The rows themselves, in their order; None in a model that was loaded from a file.
    rows, folds, seed, group, groups, source, left_out, unseen, separated, unconverged
        As of `HeldOutRows`.
    """

    totals: Totals
    cases: Cases | None = None

    SCHEMA: ClassVar[Record] = Record(
        {
            "totals": totals_schema("cells held out"),
            "rows": Whole(),
            "folds": Whole(),
            "seed": Maybe(Whole()),
            "group": Maybe(Text()),
            "groups": Whole(),
            "source": Text(),
            "left_out": Whole(),
            "unseen": Whole(),
            "separated": Whole(),
            "unconverged": Whole(),
        }
    )

    def as_cases(self) -> Cases:
        """Return the rows, or those that stand for them in the totals."""
        return Cases(*self.totals.cases()) if self.cases is None else self.cases

    def to_json(self) -> dict[str, Any]:
        """Return the record as data for a model file, without single rows."""
        return {"totals": asdict(self.totals)} | self.origin()

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> HeldOut:
        """Return the record in such data: the inverse of `to_json`."""
        return cls(**record | {"totals": Totals.from_json(record["totals"])})


@dataclass(frozen=True)
class Folds:
    """What is asked for: the number of folds, the column of groups, and the seed.

    Raises
    ------
    RequestError
        If the folds are fewer than 2 or no whole number, or the seed is negative.
    """

    count: Any
    group: str | None = None
    seed: Any = 0

    def __post_init__(self) -> None:
        for name, value, least in (("cv", self.count, 2), ("seed", self.seed, 0)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
                raise RequestError(f"{name} must be a whole number of at least {least}, not {value!r}.")


def folds_asked(cv: int | None, group: str | None, seed: int, test: Any) -> Folds | None:
    """Return the folds that are asked for; None without.

    Raises
    ------
    RequestError
        If folds and a table of test rows are asked for at once, or groups without folds, or as `Folds`.
    """
    if cv is None:
        if group is not None:
            raise RequestError(f"group={group!r} keeps groups together in folds: ask for folds, such as cv=10.")
        return None
    if test is not None:
        raise RequestError("cv= and test= are two ways to evaluate a model: leave one of them out.")
    return Folds(cv, column_name_or_none(group, "group"), seed)


def cross_validated(
    block: Block,
    names: tuple[str, ...],
    factors: Factors,
    options: Mapping[str, Any],
    asked: Folds,
    labels: NDArray[Any] | None,
) -> HeldOut:
    """Predict each row by a fit, with the same options, of the rows of the other folds; see `by_folds`.

    Parameters
    ----------
    block, factors, asked, labels : as of `by_folds`
    names : tuple
        The names of the columns.
    options : mapping
        Those of `verhulst.regression.fit`.
    """
    X, y, weights, offset = block.X, block.y, block.weights, block.offset

    def fits(others: Iterator[Vector]) -> Iterator[LogisticFit | ValueError]:
        return fit_each(X, ((y, each) for each in others), offset, names=names, **dict(options) | {"verbose": 0})

    def predicted(found: LogisticFit, X: Any, some: slice) -> Vector:
        return found.log_odds(X, None if offset is None else offset[some])

    log_odds, counts, rows = by_folds(block, factors, asked, labels, fits, predicted)
    cases = _cases(log_odds, y, weights, counts)
    return HeldOut(totals=Totals.of(X, y, np.where(counts, log_odds, 0.0), weights), cases=cases, **rows)


def by_folds(
    block: Block,
    factors: Factors,
    asked: Folds,
    labels: NDArray[Any] | None,
    fits: Callable[[Iterator[Vector]], Iterator[Fitted | ValueError]],
    predicted: Callable[[Fitted, Any, slice], Matrix],
) -> tuple[Matrix, NDArray[np.bool_], dict[str, Any]]:
    """Predict each row by a fit of the rows of the other folds.

    The rows stay where they are: in the fit without a fold its rows have weight 0.

    Parameters
    ----------
    block : Block
        The rows.
    factors : tuple
        The places of each factor's levels among the columns.
    asked : Folds
        The folds that are asked for; there are no more than rows with the rarer outcome.
    labels : ndarray, shape (n,), or None
        The group of each row.
    fits : callable
        Returns the fits with each of these weights, or an error for one that fails.
    predicted : callable
        Returns the predictions of a fit for some rows, (m,) or (m, K), given their X and their places.

    Returns
    -------
    predictions : ndarray
        nan for rows of weight 0.
    counts : ndarray, shape (n,)
        The rows that were predicted.
    rows : dict
        The fields of `HeldOutRows`.

    Raises
    ------
    ValueError
        As `assign_folds`, or if the fit without a fold raises one; the message names the fold.
    """
    X, y, weights = block.X, block.y, block.weights
    counts = np.ones(len(y), dtype=bool) if weights is None else weights > 0.0
    fold = np.full(len(y), -1)
    some = None if labels is None else labels[counts]
    fold[counts] = assign_folds(y[counts], some, asked.count, np.random.default_rng(asked.seed))
    count = int(fold.max()) + 1
    others = (np.where(fold == k, 0.0, 1.0 if weights is None else weights) for k in range(count))
    found: list[Fitted] = []
    with quietly(), np.errstate(all="ignore"):  # the fit of all rows warns
        for k, each in enumerate(fits(others)):
            if isinstance(each, ValueError):
                raise ValueError(f"without fold {k + 1} of {count}: {each}")  # noqa: TRY004 - an error that was returned
            found.append(each)
    predictions = _by_others(X, fold, found, predicted)
    return (
        predictions,
        counts,
        {
            "rows": int(np.count_nonzero(counts)),
            "folds": count,
            "seed": int(asked.seed),
            "group": asked.group,
            "groups": 0 if some is None else len(np.unique(some)),
            "unseen": _unseen(X, fold, count, factors),
            "separated": sum(each.separation is not None for each in found),
            "unconverged": sum(each.separation is None and not each.converged for each in found),
        },
    )


def block_of_test(design: Design | FormulaDesign, table: pa.Table) -> tuple[Block, int]:
    """Return the rows of another table, and the number of those with a level that is taken for a rare one.

    Raises
    ------
    DataError
        If a value is missing that must be there, or is of another kind, or of an unknown level that is none of these.
    """
    unseen = 0
    try:
        if isinstance(design, Design):
            design, unseen = design.with_rare_levels_of(table)
        return make_block(design, table), unseen
    except DataError as error:
        if UNKNOWN_OPTION not in str(error):
            raise
        # A fit has no such option.
        remedy = " Leave these rows out of the test table, or correct them."
        raise DataError(str(error).replace(UNKNOWN_OPTION, remedy)) from None


def of_table(block: Block, found: LogisticFit, source: str, rows_read: int, unseen: int = 0) -> HeldOut:
    """Predict the rows of another table.

    Parameters
    ----------
    block, found : Block, LogisticFit
        The rows, and the fit of others.
    source, rows_read : str, int
        The name of the table, and the number of its rows with those that have missing values.
    unseen : int
        The number of rows with a level that was not there at the fit.

    Raises
    ------
    DataError
        If no row counts.
    """
    counts = np.ones(block.rows, dtype=bool) if block.weights is None else block.weights > 0.0
    log_odds = found.log_odds(block.X, block.offset)
    totals = Totals.of(block.X, block.y, log_odds, block.weights)
    cases = _cases(log_odds, block.y, block.weights, counts)
    if not len(cases.y):
        raise DataError(f"{source or 'the test table'}: no row is left to judge the model by.")
    left_out = rows_read - block.rows
    return HeldOut(
        totals=totals, rows=len(cases.y), folds=0, source=source, left_out=left_out, unseen=unseen, cases=cases
    )


def _cases(log_odds: Vector, y: Vector, weights: Vector | None, counts: NDArray[np.bool_]) -> Cases:
    """Return the rows that count, those of a weight above 0."""
    return Cases(log_odds[counts], y[counts], None if weights is None else weights[counts])


def _by_others(
    X: Any, fold: NDArray[np.intp], found: list[Fitted], predicted: Callable[[Fitted, Any, slice], Matrix]
) -> Matrix:
    """Return the predictions of each row by the fit without its fold, in one read of X; nan for rows without a fold."""
    columns, n, predictions = as_columns(X), len(fold), np.full(len(fold), np.nan)
    for start in range(0, n, n if columns is None else PREDICTED_ROWS):
        some = slice(start, n if columns is None else min(start + PREDICTED_ROWS, n))
        x = X if columns is None else columns.between(some.start, some.stop)
        for k in np.unique(fold[some][fold[some] >= 0]):
            given, held = predicted(found[k], x, some), np.flatnonzero(fold[some] == k)
            if given.ndim > predictions.ndim:
                predictions = np.full((n, *given.shape[1:]), np.nan)
            predictions[some.start + held] = given[held]
    return predictions


def _unseen(X: Any, fold: NDArray[np.intp], count: int, factors: Factors) -> int:
    """Return the number of rows that have a level which no row of another fold has, the reference level included."""
    if not factors:
        return 0
    sizes = np.bincount(fold[fold >= 0], minlength=count)
    unseen = 0.0
    for factor in map(list, factors):
        x = X[:, factor]
        present = np.array([_present(x, fold == k) for k in range(count)])  # rows of each fold with each level
        present = np.column_stack([sizes - present.sum(axis=1), present])
        alone = present == present.sum(axis=0)
        unseen += present[alone].sum()
    return int(unseen)


def _present(X: Any, rows: NDArray[np.bool_]) -> Vector:
    """Return for each column the number of these rows in which it is not 0."""
    if (columns := as_columns(X)) is not None:
        return columns.count_nonzero(rows.astype(np.float64))
    return np.asarray(np.count_nonzero(X[rows], axis=0), dtype=np.float64)
