"""Columns of numbers that are copies of others, or combinations of them, or nearly so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from verhulst.data.problems import Problem, option

if TYPE_CHECKING:
    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

_VIF = 10.0  # the usual bound, of Marquardt (1970)
# The share of a column's variance that is left beside a combination of others: with less it is that combination.
_NOTHING = 1e-9
# Variance inflations within this share of the largest one are equally bad.
_EQUAL = 1e-6
# A candidate of which less is left beside those chosen before it tells nothing more.
_NOTHING_NEW = 1e-11
_PARTNERS = 4  # that are named


def dependent(names: Sequence[str], X: Matrix, penalised: bool = False) -> Iterator[Problem]:
    """Yield the columns that are copies of others, or nearly combinations of them, the worst first.

    A column is a combination if those before it that are none leave less than a billionth of its variance, as in a fit;
    the last one is named first. Of the others, those are nearly combinations whose variance inflation factor is above
    10, the inverse of the share of variance that no combination of all others gives; after each, the others are looked
    at without it, and of equally bad columns the last one is named. With as many columns as rows, each is a combination
    of any others: that is said once, unless the fit is `penalised`, and only copies are named.
    """
    there = np.flatnonzero(X.max(axis=0) > X.min(axis=0))
    names, X = [names[k] for k in there.tolist()], X[:, there]
    if len(there) < 2:
        return
    if len(there) >= len(X):
        yield from _more_than_rows(names, X, penalised)
        return
    # The triangle has the lengths of the standardised columns and the angles between them.
    Z = X / np.abs(X).max(axis=0)  # whose squares neither overflow nor vanish
    Z -= Z.mean(axis=0)
    Z = np.asarray(np.linalg.qr(Z / np.linalg.norm(Z, axis=0), mode="r"))
    independent, basis = _independent(Z)
    left = np.ones(len(names), np.bool_)
    for column in reversed(np.setdiff1d(np.arange(len(names)), independent)):
        yield _problem(names, X, Z, left, int(column), np.inf)
        left[column] = False
    rows = np.linalg.inv(basis.T @ Z[:, independent])
    while len(rows) > 1:
        # (Z'Z)⁻¹ = A A' with the rows of A, of which the squared lengths are the factors.
        factors = (rows * rows).sum(axis=1)
        factors[factors >= 1 / _NOTHING] = np.inf
        place = int(np.flatnonzero(factors >= factors.max() * (1 - _EQUAL))[-1])
        if not factors[place] > _VIF:
            return
        yield _problem(names, X, Z, left, int(independent[place]), float(factors[place]))
        left[independent[place]] = False
        independent, rows = np.delete(independent, place), _without(rows, place)


def _independent(Z: Matrix) -> tuple[NDArray[np.intp], Matrix]:
    """Return the columns that are not combinations of columns before them, and orthonormal columns that span them."""
    basis = np.empty_like(Z, order="F")
    found: list[int] = []
    for k in range(Z.shape[1]):
        known, rest = basis[:, : len(found)], Z[:, k]
        for _ in range(2):  # once leaves rounding errors in these directions
            rest = rest - known @ (rest @ known)
        if (length := float(np.linalg.norm(rest))) ** 2 > _NOTHING:
            basis[:, len(found)] = rest / length
            found.append(k)
    return np.array(found, np.intp), basis[:, : len(found)]


def _without(rows: Matrix, place: int) -> Matrix:
    """Return A for all columns but one: a reflection turns its row into a coordinate, which is left out."""
    row, others = rows[place], np.delete(rows, place, axis=0)
    mirror = row.copy()
    mirror[-1] += np.copysign(np.linalg.norm(row), row[-1])
    others -= np.outer(others @ mirror, 2 * mirror / (mirror @ mirror))
    return others[:, :-1]


def _problem(names: Sequence[str], X: Matrix, Z: Matrix, left: NDArray[np.bool_], worst: int, factor: float) -> Problem:
    """Return the problem of a column, of those that are left, with the columns that it depends on."""
    others, all_named = _partners(Z, left, worst, _NOTHING if np.isinf(factor) else 1.0 / _VIF)
    column, partners = names[worst], [repr(names[k]) for k in others] + ["others"] * (not all_named)
    shown = " and ".join(partners) if len(partners) < 3 else f"{', '.join(partners[:-1])} and {partners[-1]}"
    if len(others) == 1 and np.array_equal(X[:, worst], X[:, others[0]]):
        matter, kind = f"Column {column!r} is a copy of {shown}.", "copy"
    elif np.isinf(factor):
        matter, kind = f"Column {column!r} is a combination of {shown}.", "dependent"
    else:
        inflation = float(f"{factor:.2g}")
        matter = f"Column {column!r} is nearly a combination of {shown} (variance inflation {inflation:,.0f})."
        kind = "nearly dependent"
    return Problem(kind, column, False, matter, option("--exclude", column))


def _partners(Z: Matrix, left: NDArray[np.bool_], worst: int, enough: float) -> tuple[list[int], bool]:
    """Return the few others that leave less than `enough` of a column, by forward selection; False if it takes more."""
    rest, free = Z[:, worst], left.copy()
    free[worst] = False
    unseen = (Z * Z).sum(axis=0)  # of each column, beside those that are chosen
    directions: list[Vector] = []
    chosen: list[int] = []
    while free.any() and len(chosen) < _PARTNERS:
        told = rest @ Z
        gain = np.where(free & (unseen > _NOTHING_NEW), told * told / np.maximum(unseen, _NOTHING_NEW), 0.0)
        best = int(np.flatnonzero(free & (gain >= gain.max() * (1 - _EQUAL)))[0])
        chosen.append(best)
        free[best] = False
        direction = Z[:, best]
        for known in directions * 2:
            direction = direction - (direction @ known) * known
        if length := float(np.linalg.norm(direction)):
            direction = direction / length
            directions.append(direction)
            rest = rest - (rest @ direction) * direction
            unseen -= (direction @ Z) ** 2
        if rest @ rest < enough:
            return sorted(chosen), True
    return sorted(chosen), False


def _more_than_rows(names: Sequence[str], X: Matrix, penalised: bool) -> Iterator[Problem]:
    """Yield that there are too many columns, and which are copies."""
    if not penalised:
        matter = (
            f"There are {len(names):,} columns of numbers and only {len(X):,} rows without missing values: each column "
            "is a combination of others, and only a penalty, or fewer columns, give all of them coefficients."
        )
        yield Problem("more columns than rows", None, False, matter, "--C 1")
    first: dict[bytes, str] = {}
    for name, values in zip(names, (X + 0.0).T, strict=True):  # 0 and -0 are equal
        original = first.setdefault(values.tobytes(), name)
        if original != name:
            matter = f"Column {name!r} is a copy of {original!r}."
            yield Problem("copy", name, False, matter, option("--exclude", name))
