"""The likelihood with Jeffreys' prior in columns that are orthonormal under the information at one point.

The prior does not depend on the choice of columns that span the same space, but for a constant. So near-collinear
columns, and columns with extreme values, are replaced by combinations of them that are neither: they are computed in
pairs of doubles, and the search in them has all digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from verhulst.functions import sigmoid_derivative
from verhulst.regression.jeffreys import JeffreysLikelihood, NotIdentified
from verhulst.regression.orthogonal import Triangle, triangle
from verhulst.regression.pairs import Pair, add, multiply, pair, product
from verhulst.regression.rows import Rows
from verhulst.regression.signed import exact_rows
from verhulst.regression.statistics import Matrix, Vector


@dataclass(frozen=True, eq=False)
class OrthogonalColumns:
    """Columns Z R⁻¹ for the standardised columns Z that are not left out, with RᵀR the information at one point.

    Attributes
    ----------
    likelihood : in these columns; its coefficients are R times those of Z
    root : R; None for the columns Z themselves
    """

    likelihood: JeffreysLikelihood
    root: Triangle | None = None

    @classmethod
    def at(cls, given: JeffreysLikelihood, beta: Pair) -> OrthogonalColumns:
        """Return the columns for the information at β (q,), a point of the likelihood `given` of Z.

        Raises
        ------
        NotIdentified
            If the information is singular.
        """
        rows = given.rows
        index = np.flatnonzero(rows.counted)
        weight, offset = (None if values is None else values[index] for values in (rows.weight, rows.offset))
        z = exact_rows(rows, index).at((slice(None), given.used))
        eta = product(z, Pair(beta.high[:, None], beta.low[:, None])).at((slice(None), 0))
        eta = eta if offset is None else add(eta, pair(offset))
        size = np.sqrt(sigmoid_derivative(eta.high) * (1.0 if weight is None else weight))[:, None]
        root = triangle([multiply(z, pair(np.broadcast_to(size, z.high.shape)))], z.high.shape[1], precise=True)
        if not root.full:
            raise NotIdentified("the information is singular")
        columns = root.half_solve(z).high
        none = np.zeros(columns.shape[1])
        made = Rows(columns, rows.y[index], weight, offset, none, none + 1, intercept=False)
        return cls(JeffreysLikelihood(made, np.arange(len(none)), given.tau), root)

    def coefficients(self, beta: Pair) -> Vector:
        """Return R β for coefficients β of Z."""
        if self.root is None:
            return beta.high
        return product(self.root.upper, Pair(beta.high[:, None], beta.low[:, None])).high[:, 0]

    def of_given(self, gamma: Vector) -> Pair:
        """Return the coefficients R⁻¹ γ of Z."""
        return pair(gamma) if self.root is None else self.root.back_solve(pair(gamma))

    def half_of_given(self, half: Matrix) -> tuple[Matrix, Matrix | None]:
        """Return R⁻¹ half, for half·halfᵀ the covariance of the coefficients, and its low parts or None."""
        if self.root is None:
            return half, None
        found = self.root.back_solve(pair(half.T))
        return found.high.T, found.low.T

    def rounded(self, beta: Pair) -> float:
        """Return how many standard errors rounding of the coefficients β of Z to doubles moves them."""
        return float(np.linalg.norm(self.coefficients(pair(beta.low)))) if self.root is not None else 0.0

    @cached_property
    def log_determinant(self) -> float:
        """log det RᵀR: what the information of Z has more than that of these columns."""
        if self.root is None:
            return 0.0
        diagonal = np.abs(self.root.root.high.diagonal()) / self.root.scale[self.root.order]
        return 2 * float(np.sum(np.log(diagonal)))
