"""A multinomial fit in coordinates in which the columns are orthogonal, where some are nearly combinations of others.

With Z = QR, factored in pairs of doubles, zᵀγ = qᵀ(Rγ): the model of the columns Q has the same log-likelihood, and an
information that double precision resolves, whatever R. Its coefficients and a root of its covariance are brought back
in pairs. A ridge ½‖Eγ‖² takes part as rows E of the factored matrix: ‖Eγ‖ = ‖(ER⁻¹)(Rγ)‖.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from verhulst.regression.class_rows import ClassRows, basis
from verhulst.regression.class_start import null_model
from verhulst.regression.factor import Factor
from verhulst.regression.newton import newton
from verhulst.regression.orthogonal import Triangle, triangle
from verhulst.regression.pairs import Pair, add, dot, exact_sum, pair, product
from verhulst.regression.passes import Fit
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Matrix, Statistics, Vector

MOST_ENTRIES = 20_000_000  # of the columns, which are copied and factored in pairs: some minutes


@dataclass(frozen=True, slots=True, eq=False)
class OrthogonalEnd:
    """The end of a fit.

    Attributes
    ----------
    fit : in the coordinates of Q; its decrement is that of the coefficients as they are reported
    condition : of the products of the columns
    coefficients : (K−1, q) of the columns as given, against the first class
    intercept_rests : what intercepts and slopes lose by rounding, at the centres of the columns
    half : (K−1, q, r) a root of the covariance of γ, for `ClassCovariance`
    """

    fit: Fit
    condition: float
    coefficients: Matrix
    intercept_rests: tuple[float, ...]
    half: Pair


@dataclass(frozen=True, slots=True, eq=False)
class _Ridge:
    """The penalty ½ Σ‖E uₖ‖² on the slopes u of each coordinate, subtracted from a log-likelihood.

    Attributes
    ----------
    rows : the likelihood
    square : (q, q) EᵀE, with a row and a column of 0 for an intercept
    """

    rows: ClassRows
    square: Matrix

    def penalty(self, beta: Vector) -> float:
        u = beta.reshape(-1, len(self.square))
        return 0.5 * float(np.sum((u @ self.square) * u))

    def statistics(self, beta: Vector, /, *, direction: Vector | None = None, information: bool = True) -> Statistics:
        found = self.rows.statistics(beta, direction=direction, information=information)
        matrix = (
            None
            if found.information is None
            else found.information + np.kron(np.eye(self.rows.classes - 1), self.square)
        )
        gradient = found.gradient - (beta.reshape(-1, len(self.square)) @ self.square).ravel()
        value = found.log_likelihood - self.penalty(beta)
        return replace(found, log_likelihood=value, gradient=gradient, information=matrix)


def orthogonal_fit(rows: ClassRows, root: float | None, tolerance: float, max_passes: int) -> OrthogonalEnd | None:
    """Fit the rows; None if there are too many, or pairs of doubles do not tell the columns apart.

    Parameters
    ----------
    rows : of the columns as given, standardised; columns that are left out have scale 0
    root : of the ridge on the slopes as given; None for maximum likelihood
    tolerance, max_passes : of Newton's method
    """
    if rows.X.shape[0] * rows.X.shape[1] > MOST_ENTRIES:
        return None
    given = rows.standard
    exact = exact_sum(np.asarray(rows.X[:], dtype=np.float64), np.broadcast_to(-given.centre, rows.X.shape))
    columns = Pair(exact.high * given.inverse_scale, exact.low * given.inverse_scale)
    weight = np.ones(len(rows.label)) if rows.weight is None else rows.weight
    share = np.sqrt(weight)[:, None]
    ridge = pair(np.diag(given.inverse_scale * (root or 0.0)))
    pieces = [Pair(columns.high * share, columns.low * share), *([ridge] if root else [])]
    found = triangle(pieces, rows.X.shape[1], precise=True)
    if not found.full:
        return None
    unit = math.ldexp(1.0, math.frexp(math.sqrt(float(weight.sum())))[1])
    plain = Standardisation(np.zeros(found.rank), np.full(found.rank, unit), given.intercept)
    inside = replace(rows, X=np.ascontiguousarray(found.half_solve(columns).high), standard=plain)
    square = np.zeros((inside.parameters, inside.parameters))
    if root:
        across = found.half_solve(ridge).high * unit
        square[int(given.intercept) :, int(given.intercept) :] = across.T @ across
    whole = _Ridge(inside, square)
    fit = newton(whole.statistics, null_model(inside), tolerance=tolerance, max_passes=max_passes, width=inside.width)
    fit = replace(fit, log_likelihood=fit.log_likelihood + whole.penalty(fit.beta))
    factor = Factor.of(fit.information)
    if fit.status != "converged" or not factor.full:
        return None
    first, m = int(given.intercept), rows.classes - 1
    u = fit.beta.reshape(m, -1)
    exactly = _outside(found, pair(u), unit, first)
    coefficients, rests, moved = _as_given(given, exactly, found, unit, first)
    step = moved.ravel()
    fit = replace(fit, decrement=max(fit.decrement, math.sqrt(max(float(step @ fit.information @ step), 0.0))))
    half = factor.half().reshape(m, u.shape[1], -1)
    turned = _outside(found, pair(half.transpose(0, 2, 1).reshape(-1, u.shape[1])), unit, first)
    shape = (m, half.shape[2], rows.parameters)
    back = Pair(*(part.reshape(shape).transpose(0, 2, 1) for part in turned))
    return OrthogonalEnd(fit, found.factor(1.0).condition(found.information(1.0)), coefficients, rests, back)


def _outside(found: Triangle, inside: Pair, unit: float, first: int) -> Pair:
    """Return coefficients (k, q) of the standardised columns, intercept first, from those of Q·unit."""
    slopes = found.back_solve(Pair(inside.high[:, first:] * unit, inside.low[:, first:] * unit))
    return Pair(*(np.column_stack([a[:, :first], b]) for a, b in zip(inside, slopes, strict=True)))


def _as_given(
    standard: Standardisation, exactly: Pair, found: Triangle, unit: float, first: int
) -> tuple[Matrix, tuple[float, ...], Matrix]:
    """Return coefficients of the columns as given, against the first class, and by how much rounding slopes moves γ.

    Parameters
    ----------
    exactly : (K−1, q) γ, of the standardised columns

    Returns
    -------
    coefficients : (K−1, q) doubles
    rests : K−1 numbers to add to the intercepts in scores, for what rounding takes from them and from the slopes;
        empty without intercepts
    moved : (K−1, 1 + r) the change of γ by their rounding, in the coordinates of Q
    """
    contrasts = basis(len(exactly.high) + 1)
    apart = contrasts[1:] - contrasts[0]
    of_class = product(pair(apart), exactly)
    slopes = Pair(*(part[:, first:] * standard.inverse_scale for part in of_class))
    coefficients = slopes.high
    rests: tuple[float, ...] = ()
    unscale = np.divide(
        1.0, standard.inverse_scale, out=np.zeros_like(standard.centre), where=standard.inverse_scale > 0
    )
    moved = (-slopes.low * unscale) @ found.upper.high.T / unit
    if first:
        centre = pair(np.broadcast_to(standard.centre[:, None], slopes.high.T.shape))
        at_centre = Pair(of_class.high[:, 0], of_class.low[:, 0])
        constant = add(at_centre, dot(centre, Pair(slopes.high.T, slopes.low.T)).negative).high
        coefficients = np.column_stack([constant, coefficients])
        # With it, the log-odds at the centres do not move with the rounding of slopes.
        rests = tuple(add(add(at_centre, dot(centre, pair(slopes.high.T)).negative), pair(-constant)).high.tolist())
        moved = np.column_stack([np.zeros(len(moved)), moved])
    return coefficients, rests, np.linalg.solve(apart, moved)
