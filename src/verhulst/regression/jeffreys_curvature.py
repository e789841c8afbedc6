"""The second derivatives of the likelihood with Jeffreys' prior, ℓ(β) + τ log det I(β).

With R the factor of I, vᵢ = R⁻ᵀxᵢ, qᵢ = √wᵢ vᵢ, hᵢ = qᵢᵀqᵢ and tᵢ = w'/w = −tanh(ηᵢ/2), so that w''/w = (3t² − 1)/2,

    R⁻ᵀ (−∇²) R⁻¹ = 1 − τ (Σᵢ hᵢ (3tᵢ² − 1)/2 vᵢvᵢᵀ − Σᵢₖ tᵢ tₖ (qᵢᵀqₖ)² vᵢvₖᵀ),

which is 1 without the penalty. The double sum consists of the inner products of the matrices Aⱼ = Σᵢ tᵢ vᵢⱼ qᵢqᵢᵀ, one
for each coefficient.
"""

from __future__ import annotations

import numpy as np

from verhulst.regression.jeffreys import JeffreysLikelihood, Point
from verhulst.regression.statistics import Matrix, Vector

NUMBERS = 1 << 18  # entries of a temporary matrix: two MiB


def curvature(likelihood: JeffreysLikelihood, beta: Vector, point: Point) -> Matrix:
    """Return (q, q) R⁻ᵀ (−∇²(ℓ + τ log det I)) R⁻¹ at β, with R the factor at this point."""
    size = len(beta)
    vs, qs, ts = [], [], []
    for piece, eta, weight in likelihood.weighed(beta):
        vs.append(piece.z @ point.inverse)
        qs.append(vs[-1] * np.sqrt(weight)[:, None])
        ts.append(np.tanh(eta / 2))
    v, q, t = np.concatenate(vs), np.concatenate(qs), np.concatenate(ts)
    leverage = np.sum(q**2, axis=1)
    tv = v * t[:, None]
    bend = (v * (leverage * (3 * t**2 - 1) / 2)[:, None]).T @ v
    few = 4 * len(v) < size**2  # few rows: their (qᵢᵀqₖ)² are fewer than the entries of the Aⱼ
    step = max(1, NUMBERS // (len(v) if few else size**2))
    first, second = np.triu_indices(size)
    twice = np.where(first == second, 1.0, np.sqrt(2.0))  # an entry off the diagonal counts twice
    products = np.zeros((size, 0 if few else len(first)))
    for start in range(0, len(v), step):
        some = slice(start, start + step)
        if few:
            bend -= tv[some].T @ ((q[some] @ q.T) ** 2 @ tv)
        else:
            products += tv[some].T @ (q[some][:, first] * q[some][:, second] * twice)
    return np.asarray(np.eye(size) - likelihood.tau * (bend - products @ products.T))


def bounds(likelihood: JeffreysLikelihood, beta: Vector, point: Point, enough: float) -> tuple[float, float]:
    """Return a lower bound of the eigenvalues of `curvature`, and an upper bound of the norms of the vᵢ.

    The first is 1 − τ maxᵢ vᵢᵀvᵢ (3tᵢ² − 1)/2: that maximum times Σ wᵢvᵢvᵢᵀ = 1 is at least the first sum, and the
    double sum, which is taken from it, is not below 0. No log-odds moves by more than the norm times the length of a
    step.

    Parameters
    ----------
    enough : a bound of the eigenvalues that is enough: if |vᵢ| ≤ |xᵢ| |R⁻¹| gives it, there is no pass over the data
    """
    most = point.row_norm**2 * float(np.linalg.norm(point.inverse, 1) * np.linalg.norm(point.inverse, np.inf))
    if 1 - likelihood.tau * most >= enough:
        return 1 - likelihood.tau * most, most**0.5
    most, farthest, at = 0.0, 0.0, 0
    leverage = point.leverage[likelihood.rows.counted]
    for _, eta, weight in likelihood.weighed(beta):
        h = leverage[at : at + len(eta)]
        at += len(eta)
        square = np.divide(h, weight, out=np.zeros_like(h), where=weight > 0)
        most = max(most, float((square * (3 * np.tanh(eta / 2) ** 2 - 1)).max()) / 2)
        farthest = max(farthest, float(square.max()))
    return 1 - likelihood.tau * most, farthest**0.5
