"""The covariance of a multinomial fit, stored for the standardised columns and for no class in particular."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from verhulst.data.schema import DamagedError, ListOf, Record, numbers, path
from verhulst.regression.class_rows import basis
from verhulst.regression.contrasts import of_coefficients_exactly
from verhulst.regression.pairs import Pair, pair, product
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.standardised_covariance import HALVES, Standardised, check_unknown
from verhulst.regression.statistics import Matrix, Vector

_SHARED = ("working", "centre", "inverse_scale", "intercept", "weight_exponent")


@dataclass(frozen=True, eq=False)
class ClassCovariance:
    """Covariance of the coefficients γ of standardised columns, b = B γ (see `class_rows`).

    Attributes
    ----------
    working : ((K−1)q, (K−1)q), one coordinate of γ after the other; nan in the rows and columns of what the data do not
        determine
    standard : the standardisation of the columns
    weight_exponent : the covariance is that of weights 2^weight_exponent times as large
    fixed : (K−1, q) inf or nan for standard errors against the first class known to be that, 0 elsewhere
    half, low : ((K−1)q, r), working = half·halfᵀ in pairs of doubles, for near-collinear columns, where the product
        loses digits; or None
    """

    working: Matrix
    standard: Standardisation
    weight_exponent: int
    fixed: Matrix
    half: Matrix | None = None
    low: Matrix | None = None

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        q = len(record["centre"]) + record["intercept"]
        for k, row in enumerate(record["fixed"]):
            if len(row) != q:
                raise DamagedError(f"{path(at, 'fixed')}[{k}]", f"has {len(row)} entries for {q} parameters")
        if len(record["working"]) != len(record["fixed"]) * q:
            raise DamagedError(path(at, "working"), f"has {len(record['working'])} rows, not those of the parameters")
        if ("half" in record) != ("low" in record):
            raise DamagedError(path(at, "half"), "and low must both be there, or neither")
        check_unknown(record["working"], path(at, "working"))
        working = np.array(record["working"], dtype=float)
        scale, known = np.sqrt(np.abs(working.diagonal())), ~np.isnan(working)
        # It is symmetric up to the rounding of an inverse.
        with np.errstate(invalid="ignore"):
            wrong = np.abs(working - working.T) > 1e-6 * np.outer(scale, scale)
        if np.isinf(working).any() or wrong[known].any():
            raise DamagedError(path(at, "working"), "is no covariance: it is infinite, or not symmetric")

    SCHEMA: ClassVar[Record] = Record(
        {
            **{name: check for name, check in Standardised.SCHEMA.fields.items() if name in _SHARED},
            "fixed": ListOf(numbers(None, finite=False)),
            **dict.fromkeys(HALVES, ListOf(numbers("half"), "working")),
        },
        optional=HALVES,
        rule=_check,
        apart=True,
    )

    def matrix(self) -> Matrix:
        """Return the covariance of the coefficients against the first class, one class after the other."""
        m, q = self.fixed.shape
        from_first = basis(m + 1)[1:] - basis(m + 1)[0]
        if self.half is not None:
            units = of_coefficients_exactly(self.standard, np.eye(q))
            roots = np.concatenate([product(units, self._root(apart)).high for apart in from_first])
            whole = roots @ roots.T
        else:
            given = np.array([self.standard.original(one) for one in np.eye(q)]).T
            half = np.einsum("ka,ji,aibl->kjbl", from_first, given, self._blocks, optimize=True)
            whole = np.einsum("kjbl,nb,ol->kjno", half, from_first, given, optimize=True)
        with np.errstate(over="ignore"):  # weights of 1e-320: a covariance above the largest double is infinite
            whole = np.ldexp(whole.reshape(m * q, m * q), -self.weight_exponent)
        fixed = self.fixed.ravel()
        places = np.flatnonzero(fixed)
        whole[places] = whole[:, places] = np.nan
        whole[places, places] = fixed[places]
        return np.asarray(whole)

    def errors(self, place: int, reference: int) -> Vector:
        """Return (q,) standard errors of the coefficients of one class against another, by their places."""
        contrasts = basis(len(self.fixed) + 1)
        apart = contrasts[place] - contrasts[reference]
        fixed = self.fixed[place - 1 if place else reference - 1]
        if self.half is None:
            between = np.einsum("a,aibj,b->ij", apart, self._blocks, apart)
            return Standardised(between, self.standard, self.weight_exponent, fixed).standard_errors()
        half, low = self._root(apart)
        return Standardised(
            half @ half.T, self.standard, self.weight_exponent, fixed, half=half, low=low
        ).standard_errors()

    def _root(self, apart: Vector) -> Pair:
        """Return (q, r) a root of the covariance of a combination of the K−1 coordinates."""
        assert self.half is not None
        assert self.low is not None
        m, q = self.fixed.shape
        parts = Pair(self.half.reshape(m, -1), self.low.reshape(m, -1))
        return Pair(*(part.reshape(q, -1) for part in product(pair(apart[None]), parts)))

    @cached_property
    def _blocks(self) -> Matrix:
        """The matrix by classes and parameters; any inverse does for what the rows of separated data determine."""
        m, q = self.fixed.shape
        return np.nan_to_num(self.working, nan=0.0).reshape(m, q, m, q)

    def to_json(self) -> dict[str, Any]:
        """Return the covariance as data for a model file."""
        return {
            "working": self.working,
            "centre": self.standard.centre,
            "inverse_scale": self.standard.inverse_scale,
            "intercept": self.standard.intercept,
            "weight_exponent": self.weight_exponent,
            "fixed": self.fixed,
        } | {name: getattr(self, name) for name in HALVES if getattr(self, name) is not None}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Return the covariance in such data: the inverse of `to_json`."""
        centre, scale = (np.array(record[name], dtype=float) for name in ("centre", "inverse_scale"))
        size, q = len(record["working"]), len(centre) + record["intercept"]
        return cls(
            np.array(record["working"], dtype=float).reshape(size, size),
            Standardisation(centre, scale, record["intercept"]),
            record["weight_exponent"],
            np.array(record["fixed"], dtype=float).reshape(-1, q),
            *(np.array(record[name], dtype=float).reshape(size, -1) if name in record else None for name in HALVES),
        )
