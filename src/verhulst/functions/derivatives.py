"""The derivative of every function of one argument, written with the functions themselves.

Computed from the argument, never from the result: the tails keep their digits. Used by every face that
differentiates (PyTorch, JAX), so that they cannot disagree.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from verhulst import functions
from verhulst.functions._rounding import rounded
from verhulst.functions.formulas import NORMAL_REACH, NUMPY, normal_density, within

Array = Any
# f: an object with the differentiable functions as attributes, `normal_density`, `within` and `where`; z: an array.
Derivative = Callable[[Any, Array], Array]

_OF_FUNCTIONS: dict[str, Derivative] = {
    "sigmoid": lambda f, z: f.sigmoid_derivative(z),
    "sigmoid_derivative": lambda f, z: f.sigmoid_second_derivative(z),
    "logit": lambda f, p: f.logit_derivative(p),
    "log_sigmoid": lambda f, z: f.sigmoid(-z),
    "log_one_minus_sigmoid": lambda f, z: -f.sigmoid(z),
    "softplus": lambda f, z: f.sigmoid(z),
    "softplus_inverse": lambda f, y: f.softplus_inverse_derivative(y),
    "log1m_exp": lambda f, x: f.log1m_exp_derivative(x),
    "tanh": lambda f, z: f.tanh_derivative(z),
    "relu": lambda f, z: f.relu_derivative(z),
    "hard_sigmoid": lambda f, z: f.hard_sigmoid_derivative(z),
    "silu": lambda f, z: f.silu_derivative(z),
    "gelu": lambda f, z: f.gelu_derivative(z),
}

_SIGMOID_REACH = 800.0  # e^-800 is 0 in every type: beyond, every derivative of the sigmoid is


# Far out a factor that grows would magnify the rounding of a subnormal number. There the tail is taken as a product of
# two normal numbers, each with its share of that factor; so it is in the derivative of the expression.
def _silu_second_derivative(f: Any, z: Array) -> Array:
    size = abs(f.within(z, _SIGMOID_REACH))
    root = f.sigmoid_derivative(z / 2)  # its square is the derivative at z, but for a factor 1 - 4 e^-40
    far = root * (root * (2 - size))
    near = 2 * f.sigmoid_derivative(z) + f.within(z, _SIGMOID_REACH) * f.sigmoid_second_derivative(z)
    return f.where(size > 80, far, near)


def _gelu_second_derivative(f: Any, z: Array) -> Array:
    x = f.within(z, NORMAL_REACH)
    far = f.normal_density(z, 64.0) * (math.sqrt(2) - x) * (math.exp(-64) * (math.sqrt(2) + x))
    return f.where(abs(x) > 12, far, f.normal_density(z) * (2 - x**2))


# Where z multiplies a tail that vanishes faster than z grows, z is clipped where the tail is 0: not inf times 0.
EXPRESSIONS: dict[str, Derivative] = {
    "sigmoid_second_derivative": lambda f, z: f.sigmoid_derivative(z) * (1 - 6 * f.sigmoid_derivative(z)),
    "logit_derivative": lambda f, p: (2 * p - 1) * f.logit_derivative(p) * f.logit_derivative(p),
    # -e^-y/(1 - e^-y)^2, with e^-y/(1 - e^-y) as minus the derivative of log(1 - e^x) at x = -y
    "softplus_inverse_derivative": lambda f, y: f.log1m_exp_derivative(-y) * f.softplus_inverse_derivative(y),
    "log1m_exp_derivative": lambda f, x: f.log1m_exp_derivative(x) * f.softplus_inverse_derivative(-x),
    "tanh_derivative": lambda f, z: -2 * f.tanh(z) * f.tanh_derivative(z),
    "relu_derivative": lambda f, z: 0 * f.relu_derivative(z),
    "hard_sigmoid_derivative": lambda f, z: 0 * f.hard_sigmoid_derivative(z),
    "silu_derivative": _silu_second_derivative,
    "gelu_derivative": _gelu_second_derivative,
}
"""The derivatives that take arithmetic around the functions: evaluate them in float64 and round once."""

DERIVATIVES: dict[str, Derivative] = _OF_FUNCTIONS | EXPRESSIONS
"""Name -> derivative (functions, array) -> array; every function here has its derivative's functions here too."""


_FUNCTIONS = SimpleNamespace(
    **{name: getattr(functions, name) for name in DERIVATIVES},
    normal_density=partial(normal_density, NUMPY),
    within=partial(within, NUMPY),
    where=np.where,
)


def in_float64(name: str, z: Array) -> np.ndarray[Any, Any]:
    """EXPRESSIONS[name] of an array of NumPy's, computed in float64 and rounded once to its type."""
    z = np.asarray(z)
    with np.errstate(all="ignore"):
        return rounded(EXPRESSIONS[name](_FUNCTIONS, z.astype(np.float64)), z.dtype)
