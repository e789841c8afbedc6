"""Multinomial logistic regression of arrays: more than two classes, by maximum likelihood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from verhulst._options import checks_options
from verhulst.data.progress import Callback
from verhulst.functions._row_order import require_one_order
from verhulst.regression.certainty import NEARLY_COMBINATIONS, WORST_CONDITION
from verhulst.regression.checkpoint import Checkpoint
from verhulst.regression.class_covariance import ClassCovariance
from verhulst.regression.class_orthogonal import OrthogonalEnd, orthogonal_fit
from verhulst.regression.class_rows import ClassRows
from verhulst.regression.class_separation import ClassLimit, ClassWatch, against_first, class_limit
from verhulst.regression.class_start import class_cases, null_log_likelihood, null_model, sample_fit
from verhulst.regression.classes import Classes, classes_of, require_weights
from verhulst.regression.collinearity import Collinear, left_out, without_dependent
from verhulst.regression.estimates import ConvergenceWarning
from verhulst.regression.factor import Factor, with_ridge
from verhulst.regression.fitting import penalty_root, require_penalty
from verhulst.regression.linear_predictor import rest_of
from verhulst.regression.monitor import monitor
from verhulst.regression.multinomial_fit import MultinomialFit
from verhulst.regression.newton import newton
from verhulst.regression.observations import (
    Observations,
    observations,
    require_finite,
    require_limits,
    require_moderate,
)
from verhulst.regression.passes import Fit
from verhulst.regression.prepare import DOUBTFUL
from verhulst.regression.record import require_doubles
from verhulst.regression.separation import SeparationWarning
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector
from verhulst.regression.warn import warn
from verhulst.regression.wide import independent

MOST_PARAMETERS = 5000
ADVICE = "For finite estimates use a penalty: C=1, say."


@checks_options
def fit_multinomial(
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    C: float = np.inf,
    intercept: bool = True,
    names: Sequence[str] | None = None,
    collinear: Literal["drop", "error"] = "drop",
    tolerance: float = 1e-6,
    max_passes: int = 100,
    verbose: int = 0,
) -> MultinomialFit:
    """Fit P(y = k | x) = exp(a_k + xᵀb_k) / Σ exp(a_l + xᵀb_l) by maximum likelihood.

    Parameters
    ----------
    X : array_like, shape (n, p)
        The columns; float64 and float32 of any memory order are read in place.
    y : array_like, shape (n,)
        The classes, 2 to 50 of them: numbers, text or truth values. They are sorted.
    sample_weight : array_like, shape (n,), optional
        Counts of cases, at least 0.
    C : float
        Inverse strength of the penalty ½ Σ‖b_k‖²/C on the slopes of all K classes, which sum to 0; infinite for none.
    intercept : bool
        Whether each class has an intercept a_k.
    names : sequence of str, optional
        Column names; by default those of a frame, or x1, x2, ...
    collinear : {"drop", "error"}
        Whether columns that are combinations of others are dropped with a warning (coefficient 0, standard error nan)
        or are an error. With a penalty no column is dropped.
    tolerance : float
        The Newton decrement at which to stop: the distance from the maximum in standard errors.
    max_passes : int
        The largest number of passes over the data.
    verbose : int
        1 prints a line for each pass to stderr.

    Returns
    -------
    MultinomialFit
        Coefficients against the first class, with their covariance.

    Raises
    ------
    ValueError
        If the data cannot be fitted, there is one class, or too many classes or parameters.

    Warns
    -----
    SeparationWarning
        If the classes are separated, so that some estimates are infinite or not determined.
    ConvergenceWarning
        If the fit did not converge.

    Notes
    -----
    Newton's method with the exact information matrix, ((K−1)q)² numbers from one read of the data for each step:
    at most 50 classes and 5,000 parameters.

    Examples
    --------
    >>> from verhulst.regression import fit_multinomial
    >>> x = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [1.0], [4.0], [2.0]]
    >>> found = fit_multinomial(x, ["a", "a", "b", "c", "c", "b", "b", "a", "c"])
    >>> found.classes, found.coefficients.shape
    (('a', 'b', 'c'), (2, 2))
    """
    require_one_order(X=X, y=y, sample_weight=sample_weight)
    return fit_classes(
        X,
        classes_of(y),
        sample_weight,
        C=C,
        intercept=intercept,
        names=names,
        collinear=collinear,
        tolerance=tolerance,
        max_passes=max_passes,
        verbose=verbose,
    )


def fit_classes(
    X: ArrayLike,
    classes: Classes,
    sample_weight: ArrayLike | None = None,
    *,
    C: float = np.inf,
    intercept: bool = True,
    names: Sequence[str] | None = None,
    collinear: Literal["drop", "error"] = "drop",
    tolerance: float = 1e-6,
    max_passes: int = 100,
    verbose: int = 0,
    callback: Callback | None = None,
    checkpoint: Checkpoint | None = None,
) -> MultinomialFit:
    """Fit classes in the order in which they are given; see `fit_multinomial`."""
    require_limits(tolerance, max_passes)
    require_penalty(C, firth=False)
    require_weights(classes, sample_weight)
    data = observations(X, (classes.label > 0).astype(np.float64), sample_weight, None, names)
    _require_size(data, len(classes.names), intercept)
    standard, root = data.standardisation(intercept), None
    if math.isfinite(C):
        root = penalty_root(C, data.weight_exponent)
        standard = standard.under_penalty(root, data.total_weight)
    found = _Begun(data, classes, standard, root, tolerance, max_passes, verbose, callback, checkpoint)
    return found.without_dependent(collinear).fitted(C)


@dataclass(frozen=True, slots=True, eq=False)
class _Begun:
    """Checked data, the standardisation, the root of the ridge (or None), and the settings."""

    data: Observations
    classes: Classes
    standard: Standardisation
    root: float | None
    tolerance: float
    max_passes: int
    verbose: int
    callback: Callback | None = None
    checkpoint: Checkpoint | None = None
    dropped: tuple[Collinear, ...] = ()
    gram: Matrix | None = None  # of the rows, if it is known

    @property
    def rows(self) -> ClassRows:
        """The rows as `newton` sees them."""
        return ClassRows(self.data.X, self.classes.label, len(self.classes.names), self.data.weight, self.standard)

    @property
    def ridge(self) -> Vector | None:
        """The ridge on γ."""
        return None if self.root is None else np.tile(self.standard.ridge(self.root), len(self.classes.names) - 1)

    def without_dependent(self, collinear: Literal["drop", "error"]) -> _Begun:
        """Leave out dependent columns, and name them; a penalised fit keeps all."""
        if self.root is not None:
            return self
        if self.data.X.shape[1] > self.data.counted:
            require_finite(self.data.X, self.data.names)
            _, dropped = independent(self.data, self.standard)
            standard = self.standard.without([one.column for one in dropped])
        else:
            plain = self.data.rows(self.standard)
            gram = plain.gram()
            if not np.all(np.isfinite(gram)):
                require_finite(self.data.X, self.data.names)
                require_moderate(gram)
            factor = Factor.of(gram)
            doubtful = not factor.full or float(factor.root.diagonal().min(initial=1.0)) ** 2 < DOUBTFUL
            if not doubtful and np.all(self.standard.inverse_scale > 0):
                return replace(self, gram=gram)
            standard, dropped = without_dependent(plain, self.standard, self.data.names)
        left_out(dropped, collinear, self.data)
        return replace(self, standard=standard, dropped=dropped)

    def fitted(self, C: float) -> MultinomialFit:
        """Run Newton's method, and look at separation where it does not find a maximum."""
        rows, null = self.rows, null_model(self.rows)
        watch = None if self.root is not None else ClassWatch(rows)
        found, separated = self.newton(rows, null, watch), None
        matrix = with_ridge(found.information, self.ridge)
        factor = Factor.of(matrix)
        condition = factor.condition(matrix)
        doubtful = not factor.full or not condition <= WORST_CONDITION  # its end is then no proof of a maximum
        certificate = None if watch is None else watch.certificate(found, doubtful)
        if certificate is not None:
            separated = class_limit(rows, certificate, self.names(), (self.tolerance, self.max_passes))
        elif watch is not None:
            separated = watch.complete(self.names())
        if separated is not None:
            warn(separated.record.advice(ADVICE), SeparationWarning)
            left = replace(rows, possible=separated.possible)
            rest = newton(left.statistics, null, tolerance=self.tolerance, max_passes=self.max_passes, width=rows.width)
            found = replace(rest, passes=found.passes + rest.passes)
            factor = Factor.of(found.information)
            condition = factor.condition(found.information)
            there = left.statistics(null).information
            assert there is not None
            determined = len(Factor.of(there).used)
        else:
            far = doubtful or found.status == "stalled"
            end = orthogonal_fit(rows, self.root, self.tolerance, self.max_passes) if far else None
            if end is not None:
                return self.record_of_orthogonal(found, end, max(condition, end.condition), C)
            columns = int(np.count_nonzero(self.standard.inverse_scale)) + self.standard.intercept
            determined = (len(self.classes.names) - 1) * columns
        # Where probabilities are 0 or 1 to all digits, directions are lost that the rows determine, and the decrement
        # says nothing about them.
        if found.status == "converged" and len(factor.used) < determined:
            found = replace(found, status="stalled", decrement=math.inf)
        lost = found.status != "converged" and doubtful and separated is None
        if lost and watch is not None and (rounded := watch.but_for_rounding(self.names())):
            warn(f"the fit did not converge: {rounded}", SeparationWarning)
        elif found.status != "converged":
            self.warn_of(found, doubtful and separated is None, watch is None or watch.examined)
        covariance = self.covariance(factor, found.information, separated)
        result = self.record(found, self.coefficients(found.beta), covariance, condition, C)
        result = replace(result, intercept_rests=self.intercept_rests(found.beta))
        return result if separated is None else result.at_limit(separated.record)

    def newton(self, rows: ClassRows, null: Vector, watch: ClassWatch | None) -> Fit:
        """Start from a sample where the data are long."""
        near = sample_fit(rows, null, self.ridge)
        statistics = rows.statistics if self.checkpoint is None else self.checkpoint.recorded(rows.statistics)
        first = None
        if near is None:  # from the null model, whose information takes one matrix in place of one for each pair
            shares = class_cases(rows) if rows.standard.intercept else np.ones(rows.classes)
            gram = self.data.rows(rows.standard).gram() if self.gram is None else self.gram
            information = rows.equal_rows_information(shares / shares.sum(), gram)
            first = replace(statistics(null, information=False), information=information)
        found = newton(
            statistics,
            null if near is None else near.beta,
            first=first,
            ridge=self.ridge,
            tolerance=self.tolerance,
            max_passes=self.max_passes,
            approximation=None if near is None else Factor.of(with_ridge(near.information, self.ridge)),
            width=rows.width,
            monitor=monitor(len(self.data), self.tolerance, self.verbose, self.callback, watch),
        )
        if not np.isfinite(found.log_likelihood):
            require_finite(self.data.X, self.data.names)
            require_moderate(np.array([found.log_likelihood]))
        return found

    def names(self) -> tuple[str, ...]:
        """Return the names of the coefficients against the first class, one class after the other."""
        each = ("(intercept)", *self.data.names) if self.standard.intercept else self.data.names
        return tuple(f"{label}: {name}" for label in self.classes.names[1:] for name in each)

    def warn_of(self, found: Fit, doubtful: bool, examined: bool) -> None:
        """Say that a fit did not converge, and what may be the matter."""
        far = f"{found.decrement:.2g} standard errors" if found.decrement <= 1 else "more than a standard error"
        why = (
            f"after {len(found.passes)} passes the coefficients are still {far} from the maximum. Raise max_passes"
            if found.status == "passes"
            else "double precision does not tell some coefficients apart"
            if found.decrement == math.inf
            else f"rounding ended it {far} from the maximum"
        )
        look = [
            "look for extreme values or weights",
            *(["for columns that are nearly combinations of others (use differences, or leave some out)"] * doubtful),
            *(
                ["for columns that separate classes, which was not examined for so many rows and classes"]
                * (not examined)
            ),
        ]
        warn(f"the fit did not converge: {why}; {', '.join(look)}, or use a penalty, C=1", ConvergenceWarning)

    def record_of_orthogonal(self, found: Fit, end: OrthogonalEnd, condition: float, C: float) -> MultinomialFit:
        """Return the result of a fit in other coordinates, after one that did not tell some coefficients apart."""
        fit = replace(end.fit, passes=found.passes + end.fit.passes)
        for one in end.coefficients:
            require_doubles(one[int(self.standard.intercept) :], self.data.names)
        half, low = (part.reshape(self.rows.size, -1) for part in end.half)
        fixed = self.left_out()
        covariance = ClassCovariance(half @ half.T, self.standard, self.data.weight_exponent, fixed, half, low)
        result = self.record(fit, end.coefficients, covariance, condition, C)
        result = replace(result, intercept_rests=end.intercept_rests)
        if result.decrement > self.tolerance:
            far = f"{result.decrement:.2g} standard errors" if result.decrement <= 1 else "far"
            warn(NEARLY_COMBINATIONS.format(far), ConvergenceWarning)
        return result

    def record(
        self, found: Fit, coefficients: Matrix, covariance: ClassCovariance, condition: float, C: float
    ) -> MultinomialFit:
        """Return the result in the units of the data as given."""
        unit = 2.0**self.data.weight_exponent
        return MultinomialFit(
            classes=self.classes.names,
            names=self.data.names,
            has_intercept=self.standard.intercept,
            coefficients=coefficients,
            covariance_record=covariance,
            log_likelihood=found.log_likelihood * unit,
            null_log_likelihood=null_log_likelihood(self.rows) * unit,
            rows=len(self.data.y),
            cases=tuple((class_cases(self.rows) * unit).tolist()),
            C=C,
            status=found.status,
            decrement=found.decrement * math.sqrt(unit),
            passes=found.passes,
            condition=condition,
            collinear=self.dropped,
            separation=None,
        )

    def intercept_rests(self, beta: Vector) -> tuple[float, ...]:
        """Return what the intercepts lack; see `MultinomialEstimates`."""
        of_classes = self.rows.of_classes(beta)
        rests = tuple(rest_of(self.standard, one - of_classes[0]) for one in of_classes[1:])
        return rests if any(rests) else ()

    def left_out(self) -> Matrix:
        """Return (K−1, q) nan for the standard errors of columns that were left out, 0 elsewhere."""
        fixed = np.zeros((len(self.classes.names) - 1, self.rows.parameters))
        fixed[:, int(self.standard.intercept) :][:, self.standard.inverse_scale == 0] = np.nan
        return fixed

    def covariance(self, factor: Factor, information: Matrix, separated: ClassLimit | None) -> ClassCovariance:
        """Return the covariance, with errors that are infinite or unknown."""
        fixed = self.left_out()
        if separated is None:
            lost = factor.undetermined(information) % self.rows.parameters
            fixed[:, [*lost, *([0] if len(lost) and self.standard.intercept else [])]] = np.nan
        else:
            fixed[separated.record.infinite.reshape(fixed.shape)] = np.inf
            fixed[separated.record.unknown.reshape(fixed.shape)] = np.nan
        return ClassCovariance(factor.inverse(), self.standard, self.data.weight_exponent, fixed)

    def coefficients(self, beta: Vector) -> Matrix:
        """Return (K−1, q) the coefficients of the columns as given, less those of the first class."""
        given = against_first(self.rows, beta).reshape(len(self.classes.names) - 1, -1)
        for one in given:
            require_doubles(one[int(self.standard.intercept) :], self.data.names)
        return given


def _require_size(data: Observations, classes: int, intercept: bool) -> None:
    columns = data.X.shape[1]
    size = (classes - 1) * (columns + intercept)
    if size > MOST_PARAMETERS:
        raise ValueError(
            f"{classes} classes and {columns:,} columns make {size:,} parameters, and an exact multinomial fit takes "
            f"at most {MOST_PARAMETERS:,}: leave columns out, merge classes, or fit each class against the rest"
        )
