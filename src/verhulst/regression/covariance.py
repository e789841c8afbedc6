"""What a covariance of coefficients offers, whatever is stored of it; and standard errors without a covariance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from verhulst.data.schema import Record, numbers
from verhulst.regression.statistics import Matrix, Vector

LARGEST_IN_FILE = 4_000_000  # numbers; beyond, a model file holds the standard errors only


@runtime_checkable
class Covariance(Protocol):
    """The covariance of q coefficients, as far as it is known."""

    def standard_errors(self) -> Vector:
        """Return (q,) square roots of the variances: inf without a finite estimate, nan for dropped columns."""
        ...

    def matrix(self) -> Matrix:
        """Return (q, q) for the columns as given; 0 or inf for numbers outside the range of doubles."""
        ...

    def deviations(self, contrasts: Matrix, about: Vector | None = None) -> Vector:
        """Return (k,) standard errors of contrasts (k, q) of the coefficients of the columns as given.

        With `about` (p,), of the columns less these numbers: the intercept is then the log-odds there.
        """
        ...

    def row_deviations(self, X: Matrix) -> Vector:
        """Return (n,) standard errors of the log-odds of rows (n, p)."""
        ...

    def to_json(self) -> Any:
        """Return the covariance as data for a model file."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ErrorsOnly:
    """Standard errors alone: there were too many columns for a model file to contain their covariance."""

    errors: Vector

    SCHEMA: ClassVar[Record] = Record({"standard_errors": numbers("coefficients", finite=False)})

    def standard_errors(self) -> Vector:
        """See `Covariance`."""
        return self.errors

    def _refuse(self) -> ValueError:
        return ValueError(
            f"the covariance of these {len(self.errors):,} coefficients is not known, only their standard errors: "
            "model files leave out a covariance that is too large. Fit again to have it"
        )

    def matrix(self) -> Matrix:
        """See `Covariance`."""
        raise self._refuse()

    def deviations(self, contrasts: Matrix, about: Vector | None = None) -> Vector:
        """See `Covariance`."""
        raise self._refuse()

    def row_deviations(self, X: Matrix) -> Vector:
        """See `Covariance`."""
        raise self._refuse()

    def to_json(self) -> Any:
        """See `Covariance`."""
        return {"standard_errors": self.errors}


def square(size: int) -> Matrix:
    """Allocate a (size, size) matrix.

    Raises
    ------
    MemoryError
        If it does not fit into memory.
    """
    try:
        return np.empty((size, size))
    except MemoryError:
        raise MemoryError(
            f"the covariance matrix of {size:,} coefficients takes {8 * size * size / 1e9:,.0f} GB; standard_errors "
            "and intervals do without it"
        ) from None
