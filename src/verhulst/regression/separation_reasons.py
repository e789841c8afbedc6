"""What single columns say of separated outcomes: thresholds that part them, and cells without one of the outcomes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from verhulst.regression.rows import Rows
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.statistics import Matrix, Vector

REASON_ROWS = 4096  # looked at together
DIGITS = (6, 9, 12, 15, 17)  # of numbers in sentences, the first that are enough; 17 always are


def reasons(rows: SomeRows, names: Sequence[str], among: NDArray[np.bool_]) -> tuple[str, ...]:
    """Sentences about single columns.

    Parameters
    ----------
    rows : the data
    names : (p,) of the columns
    among : (p,) the columns to look at

    Returns
    -------
    tuple of str
        Where columns tell all outcomes apart, each by itself, those only; else what others say of some rows.
    """
    lows, highs = zip(*rows.ask(_ends), strict=True)
    low, high = np.min(lows, axis=0), np.max(highs, axis=0)
    columns = list(map(int, np.flatnonzero(among)))
    whole = [_of_all_rows(names[j], low[:, j], high[:, j]) for j in columns]
    part = [_of_some_rows(names[j], low[:, j], high[:, j]) for j in columns]
    return tuple(filter(None, whole)) or tuple(filter(None, part))


def _ends(rows: Rows) -> tuple[Matrix, Matrix]:
    """(2, p) the smallest and the largest value of each column in the rows of outcome 0, and in those of outcome 1."""
    low, high = (np.full((2, rows.X.shape[1]), sign * np.inf) for sign in (1, -1))
    for start in range(0, len(rows.y), REASON_ROWS):
        some = slice(start, start + REASON_ROWS)
        y = rows.y[some]
        for outcome, there in ((0, y < 1), (1, y > 0)):
            chosen = there if rows.weight is None else there & (rows.weight[some] > 0)
            if chosen.any():
                X = rows.X[some][chosen]
                low[outcome] = np.minimum(low[outcome], X.min(axis=0))
                high[outcome] = np.maximum(high[outcome], X.max(axis=0))
    return low, high


def _of_all_rows(name: str, low: Vector, high: Vector) -> str | None:
    for y, other in ((0, 1), (1, 0)):
        if low[y] > high[other]:
            if low[y] == high[y] == 1 and low[other] == high[other] == 0:
                return f"y = {y} in every row with {name} = 1, and in no row with {name} = 0"
            least, most = _told_apart(low[y], high[other])
            return f"y = {y} in every row with {name} ≥ {least}, and in no row with {name} ≤ {most}"
    return None


def _of_some_rows(name: str, low: Vector, high: Vector) -> str | None:
    for y, other in ((0, 1), (1, 0)):
        if low[other] == high[other] == 0 and (low[y] >= 0 or high[y] <= 0):
            value = "= 1" if high[y] == 1 and low[y] >= 0 else "≠ 0"
            return f"every row with {name} {value} has y = {y}"
        if low[other] == high[other] == 1 and low[y] == 0 and high[y] <= 1:
            return f"every row with {name} = 0 has y = {y}"
    for y, other in ((0, 1), (1, 0)):
        if low[y] == high[other]:
            limit = _exactly(low[y])
            return f"every row with {name} > {limit} has y = {y}, and every row with {name} < {limit} y = {other}"
    return None


def _exactly(a: float) -> str:
    """A number with as many digits as it has: rounded, it would not be the limit."""
    return next(text for digits in DIGITS if float(text := f"{a:.{digits}g}") == a)


def _told_apart(a: float, b: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart."""
    for digits in DIGITS:
        if f"{a:.{digits}g}" != f"{b:.{digits}g}":
            break
    return f"{a:.{digits}g}", f"{b:.{digits}g}"
