"""Which columns are nearly combinations of each other, as the covariance of their coefficients shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from verhulst.regression.multinomial_fit import MultinomialFit
    from verhulst.regression.result import LogisticFit

MOST = 1000  # coefficients, whose covariance is computed for this
_SHARE = 0.25  # of the largest entry of the eigenvector


def nearly_dependent(fit: LogisticFit | MultinomialFit) -> tuple[str, ...]:
    """Return the columns in the combination that the data determine worst; none if that is not known.

    It is the eigenvector of the smallest eigenvalue of the information, scaled to a unit diagonal (Belsley, Kuh and
    Welsch 1980, section 3.2), without the intercept; of a multinomial fit that of the second class. Correlations of
    coefficients alone would not do: those of the levels of one column are high without any dependence.
    """
    first, q = int(fit.has_intercept), len(fit.parameter_names)
    if len(fit.names) < 2 or fit.coefficients.size > MOST:
        return ()
    try:
        matrix = fit.covariance[first:q, first:q]
    except ValueError:  # a model file without the matrix
        return ()
    variances = matrix.diagonal()
    known = np.flatnonzero(np.isfinite(variances) & (variances > 0))
    scale = np.sqrt(variances[known])
    correlations = matrix[np.ix_(known, known)] / scale[:, None] / scale[None, :]
    if len(known) < 2 or not np.isfinite(correlations).all():
        return ()
    try:
        inflation = np.linalg.inv(correlations).diagonal()  # variance inflation factors
    except np.linalg.LinAlgError:
        return ()
    scaled = correlations * np.sqrt(np.abs(np.outer(inflation, inflation)))  # inverse of the scaled information
    if not np.isfinite(scaled).all():
        return ()
    worst = np.abs(np.linalg.eigh(scaled)[1][:, -1])
    return tuple(fit.names[k] for k in known[worst > _SHARE * worst.max()].tolist())
