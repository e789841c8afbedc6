"""Covariance that remains valid if the model is only approximately right, or rows are in clusters."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst._options import checks_options
from verhulst.functions import sigmoid, sigmoid_derivative
from verhulst.functions._containers import array_of_tensor, is_tensor
from verhulst.functions._row_order import require_one_order
from verhulst.regression.factor import Factor
from verhulst.regression.look import look
from verhulst.regression.newton import refined
from verhulst.regression.observations import Observations, observations
from verhulst.regression.pairs import add, pair
from verhulst.regression.result import LogisticFit
from verhulst.regression.rows import Rows
from verhulst.regression.signed import Signed
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.standardised_covariance import Standardised
from verhulst.regression.statistics import Matrix, Vector
from verhulst.regression.wide import narrowed

MORE_STEPS = 2  # Newton steps from the rounded coefficients


@checks_options
def sandwich(
    fit: LogisticFit,
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    *,
    kind: Literal["HC0", "HC1"] = "HC0",
    clusters: ArrayLike | None = None,
) -> Matrix:
    """Return the robust covariance H⁻¹ M H⁻¹ with M the sum of outer products of the scores of cases, or of clusters.

    Parameters
    ----------
    fit : LogisticFit
        A fit without penalty, with finite coefficients.
    X, y, sample_weight, offset : array_like
        The data of that fit.
    kind : {"HC0", "HC1"}
        "HC1" multiplies by n/(n − q) with n the sum of the weights; with g clusters by g/(g − 1) · (n − 1)/(n − q)
        with n the number of rows of positive weight.
    clusters : array_like, shape (n,), optional
        Labels: text, numbers or dates. Scores are summed within a cluster before their products are computed. Rows of
        weight 0 do not count as clusters.

    Returns
    -------
    ndarray, shape (q, q)
        The covariance; nan for dropped columns.

    Raises
    ------
    ValueError
        If the fit is penalised or separated, the data are not those of the fit, the kind is unknown, labels are
        missing, there are fewer than two clusters, or HC1 has no more cases than parameters.

    Notes
    -----
    White (1982), "Maximum likelihood estimation of misspecified models", Econometrica 50. Weights count cases: a row of
    weight 2 is two rows, and one of weight w and share y is wy rows of 1 and w(1 − y) rows of 0, which add w(y(1 − p)²
    + (1 − y)p²) z zᵀ to M. Soft labels, shares of weight 1 or less, do the same. With clusters it is w²(y − p)² z zᵀ
    for a row alone in its cluster: ``clusters=np.arange(n)`` gives errors of shares whose cases depend on each other.
    Other weights (of a survey, inverse probabilities) have no unit, and need standard errors that do not depend on it:
    those by clusters do not, and ``clusters=np.arange(n)`` makes each row its own cluster.
    """
    return sandwich_record(fit, X, y, sample_weight, offset, kind=kind, clusters=clusters).matrix()


def sandwich_record(
    fit: LogisticFit,
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    *,
    kind: Literal["HC0", "HC1"] = "HC0",
    clusters: ArrayLike | None = None,
) -> Standardised:
    """Return `sandwich` for the standardised columns, which gives standard errors for columns of any scale."""
    if kind not in ("HC0", "HC1"):
        raise ValueError(f"kind must be 'HC0' or 'HC1', not {kind!r}")
    if fit.penalty is not None or fit.separation is not None:
        raise ValueError("robust standard errors belong to maximum likelihood with finite estimates")
    require_one_order(X=X, y=y, sample_weight=sample_weight, offset=offset, clusters=clusters)
    if (part := narrowed(fit, X)) is not None:
        narrow, x, used = part
        record = sandwich_record(narrow, x, y, sample_weight, offset, kind=kind, clusters=clusters)
        return record.among(len(fit.coefficients), used)
    data = observations(X, y, sample_weight, offset, fit.names)
    if len(data.y) != fit.rows:
        raise ValueError(f"these are not the data of the fit: it had {fit.rows} rows, these are {len(data.y)}")
    counts = slice(None) if data.weight is None else data.weight > 0
    groups = None if clusters is None else _numbered(clusters, len(data.y))[counts]
    rows, standard, log_odds, half = _bread(fit, data)
    known = ~np.isnan(half).any(axis=1)
    half = np.nan_to_num(half, nan=0.0)
    factor = _small_sample_factor(data, int(known.sum()), groups) if kind == "HC1" else 1.0
    if groups is not None:
        labels, groups = np.unique(groups, return_inverse=True)
        if len(labels) < 2:
            raise ValueError("cluster-robust standard errors need at least two clusters with rows that count")
        sums = np.zeros((len(labels), half.shape[1]))
    # H⁻¹ M H⁻¹ = half (halfᵀ M half) halfᵀ: in the middle, numbers of ordinary size whatever the columns.
    middle = np.zeros((half.shape[1],) * 2)
    at = 0
    for piece in rows.pieces():
        eta = log_odds[at : at + len(piece.y)]
        below, above = sigmoid(-eta), sigmoid(eta)
        if groups is None:
            size = np.hypot(np.sqrt(piece.y) * below, np.sqrt(1 - piece.y) * above)
            scores = (piece.z @ half) * (size * np.sqrt(piece.weight))[:, None]
            middle += scores.T @ scores
        else:
            residual = piece.y * below - (1 - piece.y) * above
            np.add.at(sums, groups[at : at + len(eta)], (piece.z @ half) * (residual * piece.weight)[:, None])
        at += len(eta)
    if groups is not None:
        middle = sums.T @ sums
    values, ways = np.linalg.eigh(middle * factor)
    half = half @ (ways * np.sqrt(np.maximum(values, 0.0)))
    covariance = half @ half.T
    covariance[~known] = covariance[:, ~known] = half[~known] = np.nan
    return Standardised(covariance, standard, data.weight_exponent if groups is None else 0, half=half)


def _bread(fit: LogisticFit, data: Observations) -> tuple[Rows, Standardisation, Vector, Matrix]:
    """Return the rows, their standardisation and log-odds, and half with half·halfᵀ = H⁻¹, nan for dropped columns."""
    own = fit.covariance_record
    if isinstance(own, Standardised) and own.half is not None:
        unit = 2.0 ** ((data.weight_exponent - own.weight_exponent) / 2)
        rows = data.rows(own.standard)
        return rows, own.standard, _log_odds(rows, own.standard.working(fit.coefficients)), own.half * unit
    standard = data.standardisation(fit.has_intercept).without([c.column for c in fit.collinear])
    for last in (False, True):
        rows = data.rows(standard)
        beta, here = refined(rows.statistics, standard.working(fit.coefficients))
        assert here.information is not None
        factor = Factor.of(here.information)
        if factor.full:
            break
        if last:
            lost = sorted(set(np.flatnonzero(factor.scale > 0)) - set(factor.used))
            names = ", ".join(fit.parameter_names[k] for k in lost)
            raise ValueError(
                f"the information does not tell {names} from the other columns, by rounding: no robust errors"
            )
        # Extreme rows of probability 0 or 1 have moved the mean away from the rows that have the information.
        eta = standard.linear(data.X, fit.coefficients) + (0.0 if data.offset is None else data.offset)
        weight = sigmoid_derivative(eta)
        standard = standard.seen_by(data.X, weight if data.weight is None else weight * data.weight)
    eta = np.concatenate([piece.z @ beta + piece.offset for piece in rows.pieces()])
    return rows, standard, eta, factor.half()


def _log_odds(rows: Rows, beta: Vector) -> Vector:
    """Return the log-odds of the rows that count at the unrounded maximum near β, where the scores add up to 0."""
    data, here = Signed.of(rows, None), pair(beta)
    for _ in range(MORE_STEPS):
        here = add(here, look(data, here, 0.0).step())
    margins, result = data.along(here, offset=True).high, np.zeros(len(rows.y))
    result[data.index] = margins * data.sign
    return result if rows.weight is None else result[rows.weight > 0]


def _small_sample_factor(data: Observations, q: int, groups: NDArray[np.intp] | None) -> float:
    """Return the factor of HC1.

    Without clusters a row of weight 2 counts as two rows. With clusters nothing else depends on the unit of the
    weights, so each row with a positive weight counts as one.
    """
    if groups is None:
        n = data.total_weight * 2.0**data.weight_exponent
        if n <= q:
            raise ValueError(
                f"HC1 multiplies by n/(n − q), which is not defined for n = {n:.6g} cases (the sum of the weights) and "
                f"q = {q} parameters. Weights count cases: give counts, or ask for 'HC0'. For weights of another kind "
                "make each row a cluster of its own, for then their unit does not matter"
            )
        return n / (n - q)
    n, g = len(groups), len(np.unique(groups))
    if n <= q:
        raise ValueError(f"HC1 needs more rows that count than parameters, but there are {n} rows for {q}; use 'HC0'")
    return g / max(g - 1, 1) * (n - 1) / (n - q)


def _numbered(clusters: ArrayLike, n: int) -> NDArray[np.intp]:
    """Return integers for labels of any kind: equal integers for equal labels.

    Raises
    ------
    ValueError
        If the number of labels is wrong, or some are missing.
    """
    labels = label_array(clusters, "clusters")
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.shape != (n,):
        raise ValueError(f"clusters must have one label per row: {n}, but its shape is {labels.shape}")
    require_labels(labels)
    if labels.dtype != object:
        return np.asarray(np.unique(np.asarray(labels), return_inverse=True)[1])
    numbers: dict[Any, int] = {}
    try:
        return np.array([numbers.setdefault(label, len(numbers)) for label in labels], dtype=np.intp)
    except TypeError as error:
        raise ValueError(f"clusters must contain labels such as numbers or text: {error}") from None


def label_array(labels: ArrayLike, name: str) -> NDArray[Any]:
    """Return labels of rows as an array, masked if they are.

    Raises
    ------
    ValueError
        If they are lists of different lengths, or records.
    """
    values: Any = labels
    if is_tensor(values):
        values = array_of_tensor(values)
    try:
        array: NDArray[Any] = np.ma.asarray(values) if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must have one label per row, not lists of different lengths") from None
    if array.dtype.kind == "V":
        raise ValueError(f"{name} must be labels, such as text or numbers, not {array.dtype}")
    return array


def require_labels(labels: NDArray[Any], kept: NDArray[np.bool_] | None = None) -> None:
    """Raise a ValueError if the label of a row is missing, of those that are kept."""
    missing = missing_labels(labels) & (True if kept is None else kept)
    if missing.any():
        raise ValueError(
            f"clusters is missing in {np.count_nonzero(missing)} of {len(labels)} rows (first: row "
            f"{np.argmax(missing)})"
        )


def missing_labels(labels: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where an array of labels is missing: masked, None, nan, NaT or NA."""
    missing = np.array(np.ma.getmaskarray(labels))
    if labels.dtype.kind in "fcmM":
        missing |= labels != labels  # nan and NaT differ from themselves
    elif labels.dtype == object:
        missing |= [_is_missing(label) for label in labels]
    return missing


def _is_missing(label: Any) -> bool:
    """Return whether a label is None, nan, NaT or pandas' NA, for which comparisons have no truth value."""
    if label is None or type(label).__name__ == "NAType":
        return True
    different = label != label
    return different is True or (isinstance(different, np.bool_) and bool(different))
