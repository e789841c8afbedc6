"""Covariance that stands when the model is only roughly right, or rows come in clusters."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

import verhulst
from verhulst.regression.chunks import chunks
from verhulst.regression.covariance import Standardised
from verhulst.regression.factor import Factor
from verhulst.regression.observations import observations
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import Matrix


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
    """Robust covariance H⁻¹ M H⁻¹ with M the sum of outer products of the rows' scores.

    Parameters
    ----------
    fit : a fit without penalty whose coefficients are finite
    X, y, sample_weight, offset : the data of that fit
    kind : "HC0", or "HC1", which multiplies by n/(n − q); with g clusters by g/(g − 1) · (n − 1)/(n − q)
    clusters : (n,) labels; scores are summed within a cluster before their products are taken

    Returns
    -------
    (q, q) covariance, nan for columns that were taken out

    Raises
    ------
    ValueError
        for a penalised or separated fit, unknown kinds, or fewer than two clusters

    Notes
    -----
    White (1982), "Maximum likelihood estimation of misspecified models", Econometrica 50. Weights count cases: a row of
    weight 2 is two rows.
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
    """`sandwich` in the units of the fit, from which standard errors come for columns of any size."""
    if kind not in ("HC0", "HC1"):
        raise ValueError(f"kind must be 'HC0' or 'HC1', not {kind!r}")
    if fit.penalty is not None or fit.separation is not None:
        raise ValueError("robust standard errors belong to maximum likelihood with finite estimates")
    data = observations(X, y, sample_weight, offset, fit.names)
    standard = data.standardisation(fit.intercept).without([c.column for c in fit.collinear])
    rows = data.rows(standard)
    beta = standard.working(fit.coefficients)
    groups = None
    if clusters is not None:
        labels, groups = np.unique(np.asarray(clusters), return_inverse=True)
        if groups.shape != (len(data.y),):
            raise ValueError(f"clusters must have one label per row: {len(data.y)}")
        if len(labels) < 2:
            raise ValueError("cluster-robust standard errors need at least two clusters")
        if data.weight is not None:
            groups = groups[data.weight > 0]
        sums = np.zeros((len(labels), rows.size))
    middle = np.zeros((rows.size, rows.size))
    at = 0
    for chunk in chunks(lambda: (rows,)):
        eta = chunk.z @ beta + chunk.offset
        residual = chunk.y * verhulst.sigmoid(-eta) - (1 - chunk.y) * verhulst.sigmoid(eta)
        if groups is None:
            scores = chunk.z * (residual * np.sqrt(chunk.weight))[:, None]
            middle += scores.T @ scores
        else:
            np.add.at(sums, groups[at : at + len(eta)], chunk.z * (residual * chunk.weight)[:, None])
        at += len(eta)
    if groups is not None:
        middle = sums.T @ sums
    information = rows.statistics(beta).information
    assert information is not None
    bread = Factor.of(information).inverse()
    known = ~np.isnan(np.diag(bread))
    inverse = np.where(known[:, None] & known, bread, 0.0)
    covariance = inverse @ middle @ inverse
    covariance[~known] = covariance[:, ~known] = np.nan
    unit = 2.0**data.weight_exponent
    n, q = data.total_weight * unit, int(known.sum())
    factor = 1.0
    if kind == "HC1":
        factor = n / (n - q) if groups is None else len(sums) / (len(sums) - 1) * (n - 1) / (n - q)
    return Standardised(covariance * factor, standard, data.weight_exponent if groups is None else 0)
