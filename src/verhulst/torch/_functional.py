"""The functions of one argument on tensors: each name beside its derivative."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from verhulst.torch._differentiable import differentiable

sigmoid_second_derivative = differentiable(
    "sigmoid_second_derivative",
    lambda z: sigmoid_derivative(z) * (1 - 6 * sigmoid_derivative(z)),
    "Second derivative of the sigmoid, s'(z) (1 - 2 s(z)).",
)
sigmoid_derivative = differentiable(
    "sigmoid_derivative", lambda z: sigmoid_second_derivative(z), "First derivative of the sigmoid, s(z) s(-z)."
)
sigmoid = differentiable("sigmoid", lambda z: sigmoid_derivative(z), "Logistic sigmoid, 1/(1 + e^-z).")
logit = differentiable("logit", lambda p: 1 / (p * (1 - p)), "Log-odds, log(p/(1 - p)).")
log_sigmoid = differentiable("log_sigmoid", lambda z: sigmoid(-z), "Logarithm of the sigmoid, -log(1 + e^-z).")
log_one_minus_sigmoid = differentiable(
    "log_one_minus_sigmoid", lambda z: -sigmoid(z), "Logarithm of one minus the sigmoid, -log(1 + e^z)."
)
softplus = differentiable("softplus", lambda z: sigmoid(z), "Softplus, log(1 + e^z), without a threshold.")
softplus_inverse = differentiable(
    "softplus_inverse", lambda y: -1 / torch.expm1(-y), "Inverse of softplus, log(e^y - 1)."
)
log1m_exp = differentiable("log1m_exp", lambda x: -1 / torch.expm1(-x), "log(1 - e^x) for x < 0.")
tanh_derivative = differentiable(
    "tanh_derivative", lambda z: -2 * tanh(z) * tanh_derivative(z), "Derivative of tanh, 1/cosh(z)^2."
)
tanh = differentiable("tanh", lambda z: tanh_derivative(z), "Hyperbolic tangent.")
relu_derivative = differentiable("relu_derivative", torch.zeros_like, "Derivative of ReLU; 0 at 0.")
relu = differentiable("relu", lambda z: relu_derivative(z), "ReLU, max(z, 0).")
hard_sigmoid_derivative = differentiable(
    "hard_sigmoid_derivative", torch.zeros_like, "Derivative of the hard sigmoid, 1/6 inside (-3, 3)."
)
hard_sigmoid = differentiable("hard_sigmoid", lambda z: hard_sigmoid_derivative(z), "Hard sigmoid, relu6(z + 3)/6.")
silu_derivative = differentiable(
    "silu_derivative",
    lambda z: 2 * sigmoid_derivative(z) + z * sigmoid_second_derivative(z),
    "Derivative of SiLU, s(z) + z s'(z).",
)
silu = differentiable("silu", lambda z: silu_derivative(z), "SiLU (swish), z s(z).")


def _normal_density(z: Tensor) -> Tensor:
    return torch.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


gelu_derivative = differentiable(
    "gelu_derivative",
    lambda z: _normal_density(z) * (2 - z * z),
    "Derivative of GELU, P(z) + z p(z), P the normal cdf.",
)
gelu = differentiable("gelu", lambda z: gelu_derivative(z), "GELU in the erf form, z P(z), P the normal cdf.")
