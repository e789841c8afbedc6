"""Every function in plain torch expressions, for devices that the compiled core does not reach (CUDA, MPS).

They are stable over the whole range, a few ULP off where the core is exact; half precision is computed in float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor


def _sigmoid_derivative(z: Tensor) -> Tensor:
    t = torch.exp(-z.abs())
    return t / (1 + t).square()


def _sigmoid_second_derivative(z: Tensor) -> Tensor:
    return -_sigmoid_derivative(z) * torch.tanh(z / 2)


def _softplus(z: Tensor) -> Tensor:
    return z.clamp_min(0) + torch.log1p(torch.exp(-z.abs()))


def _logit(p: Tensor) -> Tensor:
    near_half = 2 * torch.atanh((2 * p - 1).clamp(-0.75, 0.75))
    return torch.where((p > 0.25) & (p < 0.75), near_half, torch.log(p) - torch.log1p(-p))


def _softplus_inverse(y: Tensor) -> Tensor:
    # log(e^y - 1); near its zero at log 2 as log(1 + 2 (e^d - 1)) with d = y - log 2.
    d = y - math.log(2.0)
    near = torch.log1p(2 * torch.expm1(d.clamp(-0.5, 0.5)))
    return torch.where(d.abs() < 0.25, near, y + torch.log(-torch.expm1(-y)))


def _log1m_exp(x: Tensor) -> Tensor:
    return torch.where(x > -math.log(2.0), torch.log(-torch.expm1(x)), torch.log1p(-torch.exp(x)))


def _tanh_derivative(z: Tensor) -> Tensor:
    return 4 * _sigmoid_derivative(2 * z)


def _silu_derivative(z: Tensor) -> Tensor:
    slope = _sigmoid_derivative(z)
    return torch.sigmoid(z) + torch.where(slope == 0, slope, z * slope)


def _normal_density(z: Tensor) -> Tensor:
    return torch.exp(-0.5 * z.square()) / math.sqrt(2 * math.pi)


def _normal_cdf(z: Tensor) -> Tensor:
    return 0.5 * torch.special.erfc(-z / math.sqrt(2.0))


def _gelu_derivative(z: Tensor) -> Tensor:
    density = _normal_density(z)
    return _normal_cdf(z) + torch.where(density == 0, density, z * density)


def _left_zero(z: Tensor, product: Tensor) -> Tensor:
    """`product` = z times a tail that vanishes, with its limit -0 at -inf."""
    return torch.where(z == -math.inf, torch.full_like(z, -0.0), product)


FORMULAS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "sigmoid_derivative": _sigmoid_derivative,
    "sigmoid_second_derivative": _sigmoid_second_derivative,
    "logit": _logit,
    "log_sigmoid": lambda z: -_softplus(-z),
    "log_one_minus_sigmoid": lambda z: -_softplus(z),
    "softplus": _softplus,
    "softplus_inverse": _softplus_inverse,
    "log1m_exp": _log1m_exp,
    "tanh": torch.tanh,
    "tanh_derivative": _tanh_derivative,
    "relu": torch.relu,
    "relu_derivative": lambda z: (z > 0).to(z.dtype),
    "hard_sigmoid": lambda z: (z + 3).clamp(0, 6) / 6,
    "hard_sigmoid_derivative": lambda z: ((z > -3) & (z < 3)).to(z.dtype) / 6,
    "silu": lambda z: _left_zero(z, z * torch.sigmoid(z)),
    "silu_derivative": _silu_derivative,
    "gelu": lambda z: _left_zero(z, z * _normal_cdf(z)),
    "gelu_derivative": _gelu_derivative,
}


def formula(name: str, z: Tensor) -> Tensor:
    """The function of that name at z, in z's dtype."""
    if z.dtype in (torch.float16, torch.bfloat16):
        return FORMULAS[name](z.float()).to(z.dtype)
    return FORMULAS[name](z)
