"""The covariance of a fit, stored for the standardised columns.

The variance of a coefficient whose column has values of 1e170 is outside the range of doubles; its standard error is
not. So the covariance of the standardised columns is stored, with their centres and scales. Standard errors of
coefficients, contrasts and rows are computed from it; the matrix for the columns as given is computed on request. In
products with rows the centre is subtracted first, so that columns far from 0, such as years, lose no digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from verhulst.data.schema import DamagedError, ListOf, Maybe, Record, Truth, Whole, numbers, path
from verhulst.regression.contrasts import (
    blocks,
    lengths,
    of_coefficients,
    of_coefficients_exactly,
    of_rows,
    of_rows_exactly,
    power_of_two,
)
from verhulst.regression.covariance import LARGEST_IN_FILE, square
from verhulst.regression.pairs import Pair, product
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Vector

HALVES = ("half", "low")


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Covariance of the coefficients of standardised columns.

    Attributes
    ----------
    working : (m, m), the intercept first if there is one; nan in the rows and columns of dropped columns
    standard : the standardisation of the columns
    weight_exponent : the covariance is that of weights 2^weight_exponent times as large
    fixed : (q,) inf or nan for standard errors known to be that, 0 elsewhere; or None
    used : (m,) places of the working coefficients among q, or None for all
    half : (m, r) with working = half·halfᵀ, for near-collinear columns, where the product loses digits; or None
    low : (m, r) low parts of `half` as pairs of doubles, if it loses digits too; or None
    """

    working: Matrix
    standard: Standardisation
    weight_exponent: int = 0
    fixed: Vector | None = None
    used: NDArray[np.intp] | None = None
    half: Matrix | None = None
    low: Matrix | None = None

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        size, used, fixed = len(record["working"]), record["used"], record["fixed"]
        if size != len(record["centre"]) + record["intercept"]:
            raise DamagedError(path(at, "working"), f"has {size} rows, which are not those of the columns")
        if used is not None and (fixed is None or max(used, default=-1) >= len(fixed)):
            raise DamagedError(path(at, "used"), "contains coefficients that do not exist")
        check_unknown(record["working"], path(at, "working"))

    SCHEMA: ClassVar[Record] = Record(
        {
            "working": ListOf(numbers("working", finite=False), "working"),
            "centre": numbers("scaled"),
            "inverse_scale": numbers("scaled"),
            "intercept": Truth(),
            "weight_exponent": Whole(-10_000, 10_000),
            "fixed": Maybe(numbers(None, finite=False)),
            "used": Maybe(ListOf(Whole(), "working")),
            **dict.fromkeys(HALVES, ListOf(numbers("half", finite=False), "working")),
        },
        optional=HALVES,
        rule=_check,
        apart=True,
    )

    @property
    def _unit(self) -> float:
        return float(2.0 ** (-self.weight_exponent / 2))

    def _size(self) -> int:
        return len(self.working) if self.fixed is None else len(self.fixed)

    def _spread_out(self, errors: Vector) -> Vector:
        """Return standard errors of all coefficients from those of the working ones."""
        if self.used is not None:
            part, errors = errors, np.full(self._size(), np.nan)
            errors[self.used] = part
        return errors if self.fixed is None else np.where(self.fixed == 0, errors, self.fixed)

    @np.errstate(over="ignore", invalid="ignore")  # weights of 1e-308 make infinite errors
    def standard_errors(self) -> Vector:
        """See `Covariance`."""
        first = int(self.standard.intercept)
        if self.half is None:
            errors = np.sqrt(np.where(np.isnan(self.working.diagonal()), np.nan, self._known().diagonal()))
        else:
            errors = lengths(self.half)
        errors[first:] *= self.standard.inverse_scale
        errors *= self._unit
        if first:
            errors[0] = self._deviations(np.eye(1, len(errors)))[0]
        return self._spread_out(errors)

    @np.errstate(over="ignore", invalid="ignore")
    def matrix(self) -> Matrix:
        """See `Covariance`."""
        if self.half is None:
            part = self.standard.original_covariance(self.working)
            part *= self._unit
            part *= self._unit
        else:
            part = self._from_half()
        whole = part
        if self.used is not None:
            whole = square(self._size())
            whole[:] = np.nan
            whole[np.ix_(self.used, self.used)] = part
        if self.fixed is not None:
            at = np.flatnonzero(self.fixed)
            whole[at] = whole[:, at] = np.nan
            whole[at, at] = self.fixed[at]
        return whole

    def _from_half(self) -> Matrix:
        assert self.half is not None
        unknown = np.any(np.isnan(self.half), axis=1)
        first = int(self.standard.intercept)
        known = np.nan_to_num(self.half, nan=0.0) * self._unit
        known[first:] *= self.standard.inverse_scale[:, None]
        if first:
            known[0] -= self.standard.centre @ known[1:]
        part: Matrix = known @ known.T
        part[unknown] = part[:, unknown] = np.nan
        return part

    def deviations(self, contrasts: Matrix, about: Vector | None = None) -> Vector:
        """See `Covariance`."""
        if self.used is not None:
            first = int(self.standard.intercept)
            contrasts, about = contrasts[:, self.used], None if about is None else about[self.used[first:] - first]
        return self._deviations(contrasts, about)

    def _deviations(self, contrasts: Matrix, about: Vector | None = None) -> Vector:
        seen = replace(self, standard=self.standard.seen_from(about))
        return seen._lengths(of_coefficients, of_coefficients_exactly, contrasts)

    def row_deviations(self, X: Matrix) -> Vector:
        """See `Covariance`."""
        first = int(self.standard.intercept)
        if self.used is not None:
            X = X[:, self.used[first:] - first]
        found = [self._lengths(of_rows, of_rows_exactly, block) for block in blocks(X)]
        return np.concatenate([np.empty(0), *found])

    def _known(self) -> Matrix:
        unknown = np.isnan(self.working.diagonal())
        return np.where(unknown[:, None] | unknown, 0.0, self.working) if unknown.any() else self.working

    @np.errstate(over="ignore", invalid="ignore")
    def _lengths(
        self,
        plainly: Callable[[Standardisation, Matrix], Matrix],
        exactly: Callable[[Standardisation, Matrix], Pair],
        given: Matrix,
    ) -> Vector:
        """Return √(zᵀCz) for the standardised form z of what is given; squares may be outside the range of doubles."""
        if self.half is not None and self.low is not None:
            half = Pair(np.nan_to_num(self.half, nan=0.0), np.nan_to_num(self.low, nan=0.0))
            return lengths(product(exactly(self.standard, given), half).high) * self._unit
        z = plainly(self.standard, given)
        if self.half is not None:
            return lengths(z @ np.nan_to_num(self.half, nan=0.0)) * self._unit
        size = power_of_two(np.max(np.abs(z), axis=1, initial=0.0))
        z /= size[:, None]
        return np.asarray(np.sqrt(np.maximum(np.einsum("ij,ij->i", z @ self._known(), z), 0.0)) * self._unit * size)

    def to_json(self) -> Any:
        """See `Covariance`."""
        if self.working.size > LARGEST_IN_FILE:
            return {"standard_errors": self.standard_errors()}
        return {
            "working": self.working,
            "centre": self.standard.centre,
            "inverse_scale": self.standard.inverse_scale,
            "intercept": self.standard.intercept,
            "weight_exponent": self.weight_exponent,
            "fixed": self.fixed,
            "used": self.used,
        } | {name: getattr(self, name) for name in HALVES if getattr(self, name) is not None}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Standardised:
        """Return the covariance in such data: the inverse of `to_json`."""
        centre, scale = (np.array(record[name], dtype=float) for name in ("centre", "inverse_scale"))
        size = len(record["working"])
        return cls(
            np.array(record["working"], dtype=float).reshape(-1, size),
            Standardisation(centre, scale, bool(record["intercept"])),
            int(record["weight_exponent"]),
            None if record["fixed"] is None else np.array(record["fixed"], dtype=float),
            None if record["used"] is None else np.array(record["used"], dtype=np.intp),
            *(np.array(record[name], dtype=float).reshape(size, -1) if name in record else None for name in HALVES),
        )

    def among(self, size: int, used: NDArray[np.intp]) -> Standardised:
        """Return the same for `size` coefficients, of which it covers those at `used`; nan for the others."""
        fixed = np.full(size, np.nan)
        fixed[used] = 0.0 if self.fixed is None else self.fixed
        return replace(self, fixed=fixed, used=used if self.used is None else used[self.used])


def check_unknown(rows: list[list[float]], at: str) -> None:
    """Raise `DamagedError` if a covariance in a file is nan elsewhere than in whole rows and columns."""
    matrix = np.array(rows, dtype=float).reshape(len(rows), -1)
    variance, unknown = matrix.diagonal(), np.isnan(matrix)
    whole = np.isnan(variance)
    wrong = unknown & ~(np.isinf(variance)[:, None] | np.isinf(variance) | whole[:, None] | whole)
    wrong |= ~unknown & (whole[:, None] | whole)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise DamagedError(
            f"{at}[{row}][{column}]", f"is {matrix[row, column]:g}, unlike the others in its row or column"
        )


def given(matrix: Matrix, intercept: bool) -> Standardised:
    """Return a covariance of the columns as given, for instance a robust one."""
    columns = len(matrix) - intercept
    infinite = np.isinf(matrix.diagonal())
    fixed = np.where(infinite, np.inf, 0.0) if infinite.any() else None
    working = np.where(infinite[:, None] | infinite, 0.0, matrix) if infinite.any() else matrix
    return Standardised(working, Standardisation(np.zeros(columns), np.ones(columns), intercept), fixed=fixed)
