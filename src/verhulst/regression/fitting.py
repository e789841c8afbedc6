"""Logistic regression of arrays, without scikit-learn."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from verhulst._options import checks_options
from verhulst.data.column_matrix import as_columns
from verhulst.regression.careful import careful
from verhulst.regression.certainty import in_doubt
from verhulst.regression.factor import Factor, with_ridge
from verhulst.regression.firth import firth as fit_with_jeffreys
from verhulst.regression.former_arguments import refuse_others
from verhulst.regression.linear_programs import LARGEST
from verhulst.regression.newton import search
from verhulst.regression.observations import Observations, observations, require_limits
from verhulst.regression.parted_observations import PartedObservations, SomeObservations
from verhulst.regression.passes import End, Fit
from verhulst.regression.prepare import Prepared, Settings, preparing
from verhulst.regression.recession import Recession, separated_rows
from verhulst.regression.record import record_limit, record_maximum
from verhulst.regression.result import LogisticFit
from verhulst.regression.row_space_fit import in_row_space
from verhulst.regression.rows import Rows
from verhulst.regression.separation_limit import SeparationWatch
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.statistics import EPS, Matrix
from verhulst.regression.together import Asking, Question, alone, together
from verhulst.regression.warn import quietly
from verhulst.regression.wide import among_all, among_independent

ARGUMENTS = ("sample_weight", "offset", "C", "firth", "intercept", "names", "collinear", "tolerance", "max_passes")
# Fits that are made in turns, and bytes that their weights may take. Reads are not shared yet: more only take memory.
AT_ONCE, VECTOR_BYTES = 1, 256 << 20
LOWER = 1e-9  # share of a log-likelihood that rounding does not explain


@checks_options
def fit(
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    *,
    C: float = np.inf,
    firth: bool = False,
    intercept: bool = True,
    names: Sequence[str] | None = None,
    collinear: Literal["drop", "error"] = "drop",
    tolerance: float = 1e-6,
    max_passes: int = 100,
    verbose: int = 0,
    **others: Any,
) -> LogisticFit:
    """Fit P(y = 1 | x) = σ(b₀ + xᵀb + offset) by maximum likelihood.

    Parameters
    ----------
    X : array_like, shape (n, p)
        The columns; float64 and float32 of any memory order are read in place.
    y : array_like, shape (n,)
        The outcomes, 0 and 1, or shares of successes in [0, 1].
    sample_weight : array_like, shape (n,), optional
        Counts of cases, at least 0.
    offset : array_like, shape (n,), optional
        A known part of the log-odds.
    C : float
        Inverse strength of the L2 penalty ½‖b‖²/C on the slopes of the columns as given, not on the intercept; infinite
        for none (maximum likelihood).
    firth : bool
        Whether the estimate is the maximum with Jeffreys' prior; `fit_firth` has more options.
    intercept : bool
        Whether the model has an intercept.
    names : sequence of str, optional
        Column names, used in messages and in the summary; by default those of a frame, or x1, x2, ...
    collinear : {"drop", "error"}
        Whether columns that are combinations of others, to the precision of their numbers, are dropped with a warning
        (coefficient 0, standard error nan) or are an error. With a finite C no column is dropped, because the
        maximum exists whatever the columns.
    tolerance : float
        The Newton decrement at which to stop: the distance from the maximum in standard errors.
    max_passes : int
        The largest number of passes over the data; if convergence is uncertain in double precision, up to three times
        as many again from each of two starting points.
    verbose : int
        1 prints a line for each pass to stderr.
    **others
        None: a TypeError says what to write instead of arguments that scikit-learn has.

    Returns
    -------
    LogisticFit
        The result, a frozen dataclass.

    Raises
    ------
    ValueError
        If the data cannot be fitted, columns are collinear and `collinear` is "error", or both penalties are asked for.
    TypeError
        For arguments that do not exist.
    """
    refuse_others(others, "fit", ARGUMENTS)
    settings = checked(
        C=C,
        firth=firth,
        intercept=intercept,
        collinear=collinear,
        tolerance=tolerance,
        max_passes=max_passes,
        verbose=verbose,
    )
    return fitted(observations(X, y, sample_weight, offset, names), settings)


def fit_each(
    X: Matrix,
    outcomes_and_weights: Iterable[tuple[ArrayLike, ArrayLike | None]],
    offset: ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
    **options: Any,
) -> Iterator[LogisticFit | ValueError]:
    """Fit several outcomes or weights of one X, each to the bits of `fit`; yield an error where a fit raises one.

    Some fits are made at a time, as many as leave room for their outcomes and weights.

    Parameters
    ----------
    outcomes_and_weights : the second and third argument of each fit
    options : of `fit`
    """
    settings = checked(**options)

    def asking(y: ArrayLike, weight: ArrayLike | None) -> Asking[LogisticFit]:
        return (yield from fitting(observations(X, y, weight, offset, names), settings))

    at_once = min(max(VECTOR_BYTES // (8 * max(len(X), 1)), 1), AT_ONCE)
    left = iter(outcomes_and_weights)
    while some := list(islice(left, at_once)):
        yield from together([asking(*each) for each in some])


@checks_options
def checked(
    *,
    C: float = np.inf,
    firth: bool = False,
    intercept: bool = True,
    collinear: Literal["drop", "error"] = "drop",
    tolerance: float = 1e-6,
    max_passes: int = 100,
    verbose: int = 0,
    **others: Any,
) -> Settings:
    """Check the options of `fit`."""
    refuse_others(others, "fit", ARGUMENTS)
    require_penalty(C, firth=firth)
    require_limits(tolerance, max_passes)
    return Settings(C, firth, intercept, collinear, tolerance, max_passes, verbose)


def fitted(data: SomeObservations, settings: Settings) -> LogisticFit:
    """Fit checked observations; see `fit`."""
    return alone(fitting(data, settings), settings.recorded)


def fitting(data: SomeObservations, settings: Settings) -> Asking[LogisticFit]:
    """Fit checked observations, asking for statistics of their rows; see `fit`."""
    if isinstance(data, PartedObservations):
        if data.entries <= LARGEST and data.needed <= data.memory_limit:  # looked at more closely, where it matters
            data = data.in_memory("a fit")
        elif settings.firth:
            data = data.in_memory("firth=True")
        elif len(data.names) > data.counted:
            data = data.in_memory("a fit of more columns than rows")
    C, intercept = settings.C, settings.intercept
    if settings.firth:
        assert isinstance(data, Observations)
        return fit_with_jeffreys(data, settings)
    root = None if np.isinf(C) else penalty_root(C, data.weight_exponent)
    if isinstance(data, PartedObservations) or len(data.names) <= data.counted:
        return (yield from _fitting(data, root, settings))
    data.require_finite()
    if root is None:
        return among_independent(data, intercept, settings.collinear, lambda some: _fitted(some, None, settings))
    return in_row_space(data, intercept, root, settings.tolerance, partial(_fitted, settings=settings))


def _but_for_rounding(rows: SomeRows, watch: SeparationWatch, end: End) -> Recession | None:
    """A direction that separates the outcomes but for rounding, if the maximum rests on the last digits of the numbers.

    Decimals in float32 are roundings of numbers of six digits.
    """
    if end.condition > 1 / EPS and watch.refuted is not None:
        return watch.refuted
    if end.condition <= 1 / float(np.finfo(np.float32).eps) or not isinstance(rows, Rows) or rows.entries > LARGEST:
        return None
    if as_columns(rows.X) is not None or rows.dtype != np.float32:
        return None
    digits = np.array([float(f"{value:.{np.finfo(np.float32).precision}g}") for value in rows.X.flat])
    x = np.where(np.rint(rows.X) == rows.X, rows.X, digits.reshape(rows.X.shape))
    # As whole numbers, which are exact: no direction is lost by the rounding of the decimals to doubles.
    scaled = [[(10.0**k, column * 10.0**k) for k in range(12)] for column in x.T]
    units = [next((unit for unit, c in each if np.allclose(np.rint(c), c, 1e-12, 0)), 1.0) for each in scaled]
    x = np.where(np.array(units) > 1, np.rint(x * units), x)
    decimals = replace(rows, X=x, centre=rows.centre * units, inverse_scale=rows.inverse_scale / units)
    return SeparationWatch(decimals).certificate(end.fit, doubtful=True)


def _fitted(data: SomeObservations, root: float | None, settings: Settings) -> LogisticFit:
    return alone(_fitting(data, root, settings), settings.recorded)


def _fitting(data: SomeObservations, root: float | None, settings: Settings) -> Asking[LogisticFit]:
    """Fit no more columns than there are rows.

    Parameters
    ----------
    root : of the ridge, for the weights as they are in `data`; None without a penalty
    """
    begun = yield from preparing(data, settings, root)
    watch = None if root is not None else SeparationWatch(begun.rows)
    searching = search(
        begun.start,
        first=begun.first,
        ridge=begun.ridge,
        tolerance=settings.tolerance,
        max_passes=settings.max_passes,
        approximation=begun.factor if begun.sampled else None,
        width=begun.rows.width,
        monitor=settings.monitor(len(begun.data), watch),
    )
    found: Fit = yield Question(begun.rows, searching)
    end, certificate = _certified(found, begun, watch)
    if certificate is None:
        refuted = None if watch is None else _but_for_rounding(begun.rows, watch, end)
        return record_maximum(end, begun, refuted)
    return record_limit(end, certificate, begun, lambda found: _without_rows(begun, end.rows, found))


def _certified(found: Fit, begun: Prepared, watch: SeparationWatch | None) -> tuple[End, Recession | None]:
    """Return the end of the fit, and a certificate if the data are separated.

    Parameters
    ----------
    found : where Newton's method ended
    watch : its monitor; None for a fit with a ridge, whose maximum is finite
    """
    settings, matrix = begun.settings, with_ridge(found.information, begun.ridge)
    factor = Factor.of(matrix)
    end = End(found, begun.rows, begun.standard, factor, factor.condition(matrix))
    doubt = in_doubt(found, factor, end.condition, begun.data, settings.tolerance)
    certificate = None if watch is None else watch.certificate(found, doubtful=doubt)
    if certificate is not None or not doubt:
        return end, certificate
    rows = begun.rows
    if not isinstance(rows, Rows):
        rows = begun.data.in_memory("arithmetic in more than double precision, which these data need,").rows(
            begun.standard
        )
    end = careful(
        rows,
        begun.standard,
        (found.beta, begun.null),
        begun.root,
        tolerance=settings.tolerance,
        unit=2.0**begun.data.weight_exponent,
        max_passes=settings.max_passes,
    )
    if settings.verbose:
        print(*end.fit.passes, sep="\n", file=sys.stderr)
    if end.endless is not None and watch is not None:
        certificate = watch.proved(end.rows, end.endless)
    # No point is higher than a maximum: where probabilities are 0 to all digits, a decrement may not tell.
    lower = end.fit.log_likelihood < found.log_likelihood - LOWER * abs(found.log_likelihood)
    if lower and end.fit.status == "converged" and begun.ridge is None:
        rest = replace(found, status="stalled", passes=end.fit.passes)
        end = End(rest, begun.rows, begun.standard, factor, end.condition)
    return replace(end, fit=replace(end.fit, passes=found.passes + end.fit.passes)), certificate


def _without_rows(begun: Prepared, rows: SomeRows, found: Recession) -> LogisticFit | None:
    """Return the fit without separated rows and the columns left out.

    None if only one class is left, if the rest is separated, or for rows that are not in memory.
    """
    data, dropped, settings = begun.data, begun.dropped, begun.settings
    if not isinstance(data, Observations) or not isinstance(rows, Rows):
        return None
    gone = separated_rows(rows, found)
    kept = np.setdiff1d(np.arange(len(data.names)), [one.column for one in dropped])
    weight = np.where(gone, 0.0, 1.0 if data.weight is None else data.weight)
    some = data.y[weight > 0]
    if some.min() == some.max() and some[0] in (0.0, 1.0):
        return None
    with quietly(), np.errstate(all="ignore"):  # the fit of all rows gives the warnings
        rest = fit(
            data.X[:, kept] if dropped else data.X,
            data.y,
            weight,
            data.offset,
            intercept=settings.intercept,
            names=[data.names[k] for k in kept],
            tolerance=settings.tolerance,
            max_passes=settings.max_passes,
        )
    if rest.separation is not None:
        return None
    return among_all(rest, data.names, kept, dropped) if dropped else rest


@checks_options
def require_penalty(C: float, *, firth: bool) -> None:
    """Raise a ValueError for an invalid strength of the L2 penalty, or for two penalties at once."""
    if not C > 0:
        raise ValueError(f"C must be above 0, but is {C!r}")
    if firth and np.inf > C:
        raise ValueError(f"firth=True and C={C:g} are two penalties: leave one of them out")


def penalty_root(C: float, weight_exponent: int) -> float:
    """Return √(1/C) for the scaled weights; the ridge itself may be outside the range of doubles."""
    return float(2.0 ** (-weight_exponent / 2) / np.sqrt(C))
