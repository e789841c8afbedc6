"""Average marginal effects: the change of the probability with a column, averaged over the rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from verhulst._options import checks_options
from verhulst.functions import sigmoid, sigmoid_derivative
from verhulst.functions._row_order import require_one_order
from verhulst.regression.arrays import floats
from verhulst.regression.contrasts import power_of_two
from verhulst.regression.covariance import Covariance
from verhulst.regression.inference import covariance_of, normal_quantile
from verhulst.regression.observations import require_finite
from verhulst.regression.parameters import Parameter, ParameterTable
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import Matrix, Vector

BLOCK = 8192  # rows


@checks_options
def marginal_effects(
    fit: LogisticFit,
    X: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    discrete: Sequence[str | Sequence[str]] = (),
    level: float = 0.95,
    covariance: Matrix | Covariance | None = None,
) -> ParameterTable:
    """Return average marginal effects of the columns, with standard errors by the delta method.

    For a column xⱼ the mean over the rows of ∂σ(η)/∂xⱼ = σ'(η) bⱼ; for one named in `discrete` the mean of
    σ(η with xⱼ = 1) − σ(η with xⱼ = 0), with the other columns of its factor at 0 in both: a level against the
    reference level. The rows are read once, in blocks: memory grows with q², not with the rows.

    Parameters
    ----------
    fit : LogisticFit
        A fit with finite estimates.
    X : array_like, shape (n, p)
        The rows to average over.
    sample_weight, offset : array_like, shape (n,), optional
        Of these rows.
    discrete : sequence of str, or of sequences of str
        Names of the columns that switch between 0 and 1; the columns of one factor as a sequence of their own.
    level : float
        The coverage of the intervals.
    covariance : array_like, shape (q, q), optional
        A matrix to use in place of that of the fit (see `sandwich`).

    Returns
    -------
    ParameterTable
        The table.

    Raises
    ------
    ValueError
        If the fit is separated, names in `discrete` are not columns of 0 and 1, two columns of a factor are 1 in one
        row, or arrays have other shapes.
    """
    if fit.separation is not None:
        raise ValueError("the data are separated: some coefficients are not finite and have no marginal effects")
    factors = [(given,) if isinstance(given, str) else tuple(given) for given in discrete]
    unknown = [name for factor in factors for name in factor if name not in fit.names]
    if unknown:
        raise ValueError(f"there is no column {unknown[0]!r}; there are {', '.join(fit.names)}")
    x, given = fit.checked(X, offset)
    if not len(x):
        raise ValueError("there are no rows to average over")
    require_one_order(X=X, sample_weight=sample_weight, offset=offset)
    require_finite(x, fit.names)
    p, first = len(fit.names), int(fit.has_intercept)
    slopes = fit.coefficients[first:]
    switches = {
        fit.names.index(name): [fit.names.index(each) for each in factor] for factor in factors for name in factor
    }
    for j, factor in switches.items():
        if not np.isin(x[:, j], (0.0, 1.0)).all():
            raise ValueError(f"column {fit.names[j]!r} has other values than 0 and 1, so it cannot be discrete")
        if (x[:, factor].sum(axis=1) > 1.0).any():
            raise ValueError(f"column {fit.names[j]!r} and others of its factor are 1 in the same row")
    if given is not None and not np.isfinite(given).all():
        raise ValueError(f"offset must be finite; offset[{int(np.argmin(np.isfinite(given)))}] is not")
    weight = np.ones(len(x)) if sample_weight is None else floats(sample_weight, "sample_weight")
    if weight.shape == (len(x), 1):
        weight = weight[:, 0]
    if weight.shape != (len(x),):
        raise ValueError(f"sample_weight must have one number per row: {len(x)}, but its shape is {weight.shape}")
    if not (np.all(weight >= 0) and np.all(weight < np.inf) and weight.any()):
        raise ValueError("sample_weight must be finite and not negative, nor 0 in every row")
    shift = np.zeros(len(x)) if given is None else given
    # Derivatives are sums over rows less one that is in their middle, so that columns far from 0, such as clocks, lose
    # no digits. It consists of values that occur: differences from these are exact where it matters.
    middle = np.quantile(x, 0.5, axis=0, method="lower") * first
    mean_slope, mean_curve = 0.0, np.zeros(p + first)
    effect, jacobian = np.zeros(p), np.zeros((p, p + first))
    for start in range(0, len(x), BLOCK):
        rows = slice(start, start + BLOCK)
        design = np.column_stack([np.ones((len(x[rows]), first)), x[rows] - middle])
        eta, w = fit.log_odds(x[rows], shift[rows]), weight[rows]
        slope = w * sigmoid_derivative(eta)
        mean_slope += slope.sum()
        mean_curve -= (slope * np.tanh(eta / 2)) @ design  # σ'' = σ'(1 − 2σ) = −σ' tanh(η/2)
        for j, factor in switches.items():
            without = eta - x[rows][:, factor] @ slopes[factor]
            ends = [without, without + slopes[j]]
            effect[j] += w @ (sigmoid(ends[1]) - sigmoid(ends[0]))
            for end, sign, at in ((0.0, -1.0, ends[0]), (1.0, 1.0, ends[1])):
                switched = design.copy()
                switched[:, [k + first for k in factor]] = -middle[factor]
                switched[:, j + first] = end - middle[j]
                jacobian[j] += sign * (w * sigmoid_derivative(at)) @ switched
    total = weight.sum()
    unit = np.ones(p)  # of each row: slopes of 1e170 belong to columns of 1e-170
    for j in set(range(p)) - switches.keys():
        unit[j] = float(power_of_two(np.abs(slopes[j : j + 1]))[0])
        effect[j] = slopes[j] * mean_slope
        jacobian[j] = slopes[j] / unit[j] * mean_curve
        jacobian[j, j + first] += mean_slope / unit[j]
    error = covariance_of(fit, covariance).deviations(jacobian / total, about=middle) * unit
    return _table(fit, effect / total, error, covariance_of(fit, covariance), level)


def _table(fit: LogisticFit, effect: Vector, error: Vector, covariance: Covariance, level: float) -> ParameterTable:
    error[~np.isfinite(covariance.standard_errors()[int(fit.has_intercept) :])] = np.nan
    z = np.divide(effect, error, out=np.full(len(effect), np.nan), where=error > 0)
    half = normal_quantile(level) * error
    columns = (effect, error, z, 2 * ndtr(-np.abs(z)), effect - half, effect + half)
    lines = zip(fit.names, *(column.tolist() for column in columns), strict=True)
    return ParameterTable("marginal effect", level, tuple(Parameter(*line) for line in lines))
