"""The derivative of every function of one argument, written with the functions themselves.

Computed from the argument, never from the result: the tails keep their digits. Used by every face that
differentiates (PyTorch, JAX), so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Array = Any
# f: an object with the differentiable functions as attributes, and `normal_density`; z: an array.
Derivative = Callable[[Any, Array], Array]

DERIVATIVES: dict[str, Derivative] = {
    "sigmoid": lambda f, z: f.sigmoid_derivative(z),
    "sigmoid_derivative": lambda f, z: f.sigmoid_second_derivative(z),
    "sigmoid_second_derivative": lambda f, z: f.sigmoid_derivative(z) * (1 - 6 * f.sigmoid_derivative(z)),
    "logit": lambda f, p: f.logit_derivative(p),
    "logit_derivative": lambda f, p: (2 * p - 1) * f.logit_derivative(p) * f.logit_derivative(p),
    "log_sigmoid": lambda f, z: f.sigmoid(-z),
    "log_one_minus_sigmoid": lambda f, z: -f.sigmoid(z),
    "softplus": lambda f, z: f.sigmoid(z),
    "softplus_inverse": lambda f, y: f.softplus_inverse_derivative(y),
    # -e^-y/(1 - e^-y)^2, with e^-y/(1 - e^-y) as minus the derivative of log(1 - e^x) at x = -y
    "softplus_inverse_derivative": lambda f, y: f.log1m_exp_derivative(-y) * f.softplus_inverse_derivative(y),
    "log1m_exp": lambda f, x: f.log1m_exp_derivative(x),
    "log1m_exp_derivative": lambda f, x: f.log1m_exp_derivative(x) * f.softplus_inverse_derivative(-x),
    "tanh": lambda f, z: f.tanh_derivative(z),
    "tanh_derivative": lambda f, z: -2 * f.tanh(z) * f.tanh_derivative(z),
    "relu": lambda f, z: f.relu_derivative(z),
    "relu_derivative": lambda f, z: 0 * f.relu_derivative(z),
    "hard_sigmoid": lambda f, z: f.hard_sigmoid_derivative(z),
    "hard_sigmoid_derivative": lambda f, z: 0 * f.hard_sigmoid_derivative(z),
    "silu": lambda f, z: f.silu_derivative(z),
    "silu_derivative": lambda f, z: 2 * f.sigmoid_derivative(z) + z * f.sigmoid_second_derivative(z),
    "gelu": lambda f, z: f.gelu_derivative(z),
    "gelu_derivative": lambda f, z: f.normal_density(z) * (2 - z * z),
}
"""Name -> derivative (functions, array) -> array; every function here has its derivative's functions here too."""
