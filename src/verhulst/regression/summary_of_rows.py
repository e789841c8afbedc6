"""Summaries that need the rows of the fit: robust standard errors, clusters, profile intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from numpy.typing import ArrayLike

from verhulst._options import checks_options
from verhulst.regression.covariance import Covariance
from verhulst.regression.profile import profile_intervals
from verhulst.regression.result import LogisticFit
from verhulst.regression.robust import sandwich_record
from verhulst.regression.statistics import Matrix
from verhulst.regression.summary import Summary, summary

# Arrays of the fit: X, y, weights, offset.
Arrays = tuple[Any, Any, Any, Any]


def summary_of_rows(
    fit: LogisticFit,
    level: float,
    rows: Callable[[], Arrays],
    *,
    interval: Literal["wald", "profile"] = "wald",
    covariance: Literal["HC0", "HC1"] | Matrix | None = None,
    clusters: ArrayLike | None = None,
    **options: Any,
) -> Summary:
    """Return the summary of a fit, as `LogisticRegression.summary`.

    Parameters
    ----------
    fit, level : LogisticFit, float
        The fit, and the coverage of the intervals.
    rows : function without arguments
        Returns the rows of the fit. It is called only if they are needed.
    interval, covariance, clusters
        As for `LogisticRegression.summary`.
    **options
        Other options of `verhulst.regression.summary.summary`.

    Raises
    ------
    ValueError
        If clusters are combined with a covariance matrix, an option is unknown, or as `sandwich`.
    """
    used, intervals = errors_of_rows(fit, level, rows, interval=interval, covariance=covariance, clusters=clusters)
    if intervals is not None:
        options["intervals"] = intervals
    return summary(fit, level, covariance=used, **options)


@checks_options
def errors_of_rows(
    fit: LogisticFit,
    level: float,
    rows: Callable[[], Arrays],
    *,
    interval: Literal["wald", "profile"] = "wald",
    covariance: Literal["HC0", "HC1"] | Matrix | None = None,
    clusters: ArrayLike | None = None,
) -> tuple[Matrix | Covariance | None, Matrix | None]:
    """Return the covariance and the intervals that these options ask for; None for those of the fit.

    Parameters and errors are those of `summary_of_rows`.
    """
    if interval not in ("wald", "profile"):
        raise ValueError(f"interval must be 'wald' or 'profile', not {interval!r}")
    if isinstance(covariance, str) and covariance not in ("HC0", "HC1"):
        raise ValueError(f"covariance must be 'HC0', 'HC1' or a matrix, not {covariance!r}")
    used: Matrix | Covariance | None
    if isinstance(covariance, str) or (clusters is not None and covariance is None):
        X, y, weight, offset = rows()
        used = sandwich_record(fit, X, y, weight, offset, kind=covariance or "HC1", clusters=clusters)
    elif clusters is not None:
        raise ValueError("pass either a covariance matrix or clusters, not both")
    else:
        used = covariance
    return used, profile_intervals(fit, *rows(), level=level) if interval == "profile" else None
