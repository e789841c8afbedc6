"""What the formulas of the functions share: array expressions for devices that the compiled core does not reach.

Each formula takes a namespace of array functions (that of PyTorch, of JAX ...) and an array. The formulas are stable
over the whole range and a few ULP off where the core is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

Array = Any
NORMAL_REACH = 40.0  # e^-800 is 0 in every type: beyond, the normal density and whatever it multiplies is


class Namespace(NamedTuple):
    """The array functions that the formulas need, under their NumPy names."""

    exp: Callable[[Array], Array]
    expm1: Callable[[Array], Array]
    log: Callable[[Array], Array]
    log1p: Callable[[Array], Array]
    tanh: Callable[[Array], Array]
    atanh: Callable[[Array], Array]
    erfc: Callable[[Array], Array]
    where: Callable[..., Array]
    clip: Callable[..., Array]
    round: Callable[[Array], Array]


def _no_erfc(z: Array) -> Array:
    raise NotImplementedError("NumPy has no erfc; the core's gelu needs none")


NUMPY = Namespace(
    exp=np.exp,
    expm1=np.expm1,
    log=np.log,
    log1p=np.log1p,
    tanh=np.tanh,
    atanh=np.arctanh,
    erfc=_no_erfc,
    where=np.where,
    clip=np.clip,
    round=np.round,
)


def times_tail(xp: Namespace, z: Array, tail: Array) -> Array:
    """z times a tail that vanishes faster than z grows: 0 in the limit, not inf times 0."""
    return xp.where(tail == 0, tail, z * tail)


def within(xp: Namespace, z: Array, reach: float) -> Array:
    """z from -reach to reach, its ends beyond. nan passes, and its derivative is nan's, which that of clip is not."""
    return xp.where(z < -reach, -reach, xp.where(z > reach, reach, z))


def normal_density(xp: Namespace, z: Array, shift: float = 0.0) -> Array:
    """Density of the standard normal distribution, times e^shift: no subnormal number, if that is large enough.

    z^2 is split at a multiple a of 1/64, whose square is exact: a^2 + (z - a)(z + a). Rounded as one number it would
    change the density by z^2 half-ULP.
    """
    z = within(xp, z, NORMAL_REACH)
    a = xp.round(64 * z) / 64
    return xp.exp(shift - 0.5 * a * a) * (xp.exp(-0.5 * (z - a) * (z + a)) / math.sqrt(2 * math.pi))


def beside_functions(xp: Namespace) -> dict[str, Callable[..., Array]]:
    """What the derivatives of functions are written with, beside the functions."""
    return {"normal_density": partial(normal_density, xp), "within": partial(within, xp), "where": xp.where}


# The derivatives of softmax and of its logarithm, without cancellation. Both come from v minus its mean,
# v_i - sum_j p_j v_j = sum_j p_j (v_i - v_j). Where one class is sure (its p over 1/2), all v are counted from that
# class's, so that its own p, 1 - (sum of the others), is multiplied by 0. Doing it twice takes the rounding of the mean
# off again. So with p to a few units each entry has an error of a few units of sum_j p_j |v_i - v_j|, however sure the
# class and however large what all v have in common. `total` sums over the classes and keeps the axis.
Total = Callable[[Array], Array]


def from_mean(xp: Namespace, p: Array, v: Array, total: Total) -> Array:
    """v - sum(p v), once."""
    sure = p > 0.5
    v = xp.where(sure, 0.0, v - total(xp.where(sure, v, 0.0)))
    return v - total(p * v)


def log_softmax_change(xp: Namespace, p: Array, v: Array, total: Total) -> Array:
    """v - sum(p v), the Jacobian of log_softmax times v; p is softmax."""
    v = from_mean(xp, p, v, total)
    return v - total(p * v)


def softmax_change(xp: Namespace, p: Array, v: Array, total: Total) -> Array:
    """p (v - sum(p v)), the (symmetric) Jacobian of softmax times v; p is softmax."""
    return p * log_softmax_change(xp, p, v, total)


def log_softmax_pullback(xp: Namespace, p: Array, g: Array, total: Total) -> Array:
    """g - p sum(g), the transposed Jacobian of log_softmax times g: g_i (1 - p_i) - p_i sum_{j != i} g_j.

    The entries add up to 0: a sure class's is minus the sum of the others.
    """
    sure = p > 0.5
    others = xp.where(sure, 0.0, g - p * total(g))
    return others - xp.where(sure, total(others), 0.0)


def with_infinite_entries(xp: Namespace, rule: Callable[..., Array], p: Array, v: Array, total: Total) -> Array:
    """rule(p, v, total), one of the above, for a v with infinite entries: the limit where no p is quite 0 or 1.

    Such an entry makes its own class's result infinite, and all others' with the other sign; inf - inf is nan.
    """
    infinite = abs(v) == math.inf
    result = rule(p, xp.where(infinite, 0.0, v), total)
    far = xp.where(infinite, v, 0.0)
    for end in (math.inf, -math.inf):
        at = xp.where(v == end, 1.0, 0.0)
        far = xp.where(total(at) > at, far - end, far)
    return xp.where(far == 0, result, result + far)


# The same without new arrays: the result is written over v or g; p and `spare`, of the same shape, are used up.
# `arrays` is torch or numpy. A sure class is found by rounding: p over 1/2 becomes 1, the rest 0.
def softmax_change_in_place(arrays: Any, p: Array, v: Array, spare: Array, total: Total) -> None:
    """`softmax_change` over v."""
    arrays.round(p, out=spare)
    spare *= v
    v -= total(spare)
    for _ in range(2):
        arrays.multiply(p, v, out=spare)
        v -= total(spare)
    v *= p


def log_softmax_pullback_in_place(arrays: Any, p: Array, g: Array, spare: Array, total: Total) -> None:
    """`log_softmax_pullback` over g."""
    arrays.multiply(p, total(g), out=spare)
    g -= spare
    arrays.round(p, out=p)
    arrays.multiply(p, g, out=spare)
    g -= spare
    p *= total(g)
    g -= p


def binary_cross_entropy(xp: Namespace, z: Array, y: Array) -> Array:
    """w|z| + log(1 + e^-|z|), w the weight of the other label: nothing cancels, and 0 times inf is 0."""
    other = xp.where(z < 0, y, 1 - y)
    return xp.where(other == 0, other, other * abs(z)) + xp.log1p(xp.exp(-abs(z)))


def binary_cross_entropy_gradient(xp: Namespace, z: Array, y: Array) -> Array:
    """sigmoid(z) - y, from the tail that is small."""
    t = xp.exp(-abs(z))
    tail = t / (1 + t)
    return xp.where(z < 0, tail - y, (1 - y) - tail)
