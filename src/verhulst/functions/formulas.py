"""Every function of one argument in plain array expressions, for devices that the compiled core does not reach.

Each formula takes a namespace of array functions (that of PyTorch, of JAX ...) and an array. The formulas are stable
over the whole range and a few ULP off where the core is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

Array = Any


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


def _sigmoid(xp: Namespace, z: Array) -> Array:
    t = xp.exp(-abs(z))
    return xp.where(z < 0, t, 1.0 + 0.0 * t) / (1 + t)


def _sigmoid_derivative(xp: Namespace, z: Array) -> Array:
    t = xp.exp(-abs(z))
    return t / ((1 + t) * (1 + t))


def _sigmoid_second_derivative(xp: Namespace, z: Array) -> Array:
    return -_sigmoid_derivative(xp, z) * xp.tanh(z / 2)


def _logit(xp: Namespace, p: Array) -> Array:
    near_half = 2 * xp.atanh(xp.clip(2 * p - 1, -0.75, 0.75))
    return xp.where((p > 0.25) & (p < 0.75), near_half, xp.log(p) - xp.log1p(-p))


def _softplus(xp: Namespace, z: Array) -> Array:
    return xp.where(z > 0, z, 0.0 * abs(xp.clip(z, -1.0, 1.0))) + xp.log1p(xp.exp(-abs(z)))


def _softplus_inverse(xp: Namespace, y: Array) -> Array:
    # log(e^y - 1); near its zero at log 2 as log(1 + 2 (e^d - 1)) with d = y - log 2.
    d = y - math.log(2.0)
    near = xp.log1p(2 * xp.expm1(xp.clip(d, -0.5, 0.5)))
    return xp.where(abs(d) < 0.25, near, y + xp.log(-xp.expm1(-y)))


def _log1m_exp(xp: Namespace, x: Array) -> Array:
    return xp.where(x > -math.log(2.0), xp.log(-xp.expm1(x)), xp.log1p(-xp.exp(x)))


def _times_tail(xp: Namespace, z: Array, tail: Array) -> Array:
    """z times a tail that vanishes faster than z grows: 0 in the limit, not inf times 0."""
    return xp.where(tail == 0, tail, z * tail)


def _silu_derivative(xp: Namespace, z: Array) -> Array:
    return _sigmoid(xp, z) + _times_tail(xp, z, _sigmoid_derivative(xp, z))


def normal_density(xp: Namespace, z: Array) -> Array:
    """Density of the standard normal distribution."""
    return xp.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


def _normal_cdf(xp: Namespace, z: Array) -> Array:
    return 0.5 * xp.erfc(-z / math.sqrt(2.0))


def _gelu_derivative(xp: Namespace, z: Array) -> Array:
    return _normal_cdf(xp, z) + _times_tail(xp, z, normal_density(xp, z))


FORMULAS: dict[str, Callable[[Namespace, Array], Array]] = {
    "sigmoid": _sigmoid,
    "sigmoid_derivative": _sigmoid_derivative,
    "sigmoid_second_derivative": _sigmoid_second_derivative,
    "logit": _logit,
    "logit_derivative": lambda xp, p: 1 / (p * (1 - p)),
    "log_sigmoid": lambda xp, z: -_softplus(xp, -z),
    "log_one_minus_sigmoid": lambda xp, z: -_softplus(xp, z),
    "softplus": _softplus,
    "softplus_inverse": _softplus_inverse,
    "softplus_inverse_derivative": lambda xp, y: -1 / xp.expm1(-y),
    "log1m_exp": _log1m_exp,
    "log1m_exp_derivative": lambda xp, x: -1 / xp.expm1(-x),
    "tanh": lambda xp, z: xp.tanh(z),
    "tanh_derivative": lambda xp, z: 4 * _sigmoid_derivative(xp, 2 * z),
    "relu": lambda xp, z: xp.where(z > 0, z, 0.0 * xp.clip(z, 0.0, 1.0)),
    "relu_derivative": lambda xp, z: xp.where(z > 0, 1.0 + 0.0 * xp.clip(z, -1.0, 1.0), 0.0 * xp.clip(z, -1.0, 1.0)),
    "hard_sigmoid": lambda xp, z: (xp.clip(z, -3.0, 3.0) + 3) / 6,
    "hard_sigmoid_derivative": lambda xp, z: xp.where(
        (z > -3) & (z < 3), 1 / 6 + 0.0 * xp.clip(z, 0.0, 1.0), 0.0 * xp.clip(z, 0.0, 1.0)
    ),
    "silu": lambda xp, z: _times_tail(xp, z, _sigmoid(xp, z)),
    "silu_derivative": _silu_derivative,
    "gelu": lambda xp, z: _times_tail(xp, z, _normal_cdf(xp, z)),
    "gelu_derivative": _gelu_derivative,
}
"""Name -> formula (namespace, array) -> array."""


def binary_cross_entropy(xp: Namespace, z: Array, y: Array) -> Array:
    """w|z| + log(1 + e^-|z|), w the weight of the other label: nothing cancels, and 0 times inf is 0."""
    other = xp.where(z < 0, y, 1 - y)
    return xp.where(other == 0, other, other * abs(z)) + xp.log1p(xp.exp(-abs(z)))


def binary_cross_entropy_gradient(xp: Namespace, z: Array, y: Array) -> Array:
    """sigmoid(z) - y, from the tail that is small."""
    t = xp.exp(-abs(z))
    tail = t / (1 + t)
    return xp.where(z < 0, tail - y, (1 - y) - tail)
