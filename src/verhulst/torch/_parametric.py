"""Activations with a parameter: leaky ReLU and ELU on tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from verhulst.torch._functional import relu, relu_derivative


def leaky_relu(z: Tensor, slope: float = 0.01) -> Tensor:
    """Leaky ReLU: z for z > 0, slope z below.

    Parameters
    ----------
    z : Tensor, any shape
    slope : the slope for z < 0, a number

    Returns
    -------
    Tensor of z's shape and dtype; its derivative at 0 is `slope`.
    """
    return torch.where(z > 0, z, slope * z)


def leaky_relu_derivative(z: Tensor, slope: float = 0.01) -> Tensor:
    """Derivative of leaky ReLU: 1 for z > 0, slope elsewhere."""
    return torch.where(z > 0, torch.ones_like(z), torch.full_like(z, slope))


def elu(z: Tensor, alpha: float = 1.0) -> Tensor:
    """ELU: z for z > 0, alpha (e^z - 1) below.

    Parameters
    ----------
    z : Tensor, any shape
    alpha : minus the limit at -inf, a number

    Returns
    -------
    Tensor of z's shape and dtype. The derivative is computed from z (torch's own, from the result, loses every digit
    in the left tail).
    """
    left = z.clamp_max(0)
    slope = torch.exp(left)
    # The value of expm1 with the derivative of exp: the difference added is 0, and only it is differentiated.
    return torch.where(z > 0, relu(z), alpha * (torch.expm1(left).detach() + (slope - slope.detach())))


def elu_derivative(z: Tensor, alpha: float = 1.0) -> Tensor:
    """Derivative of ELU: 1 for z > 0, alpha e^z elsewhere."""
    return torch.where(z > 0, relu_derivative(z), alpha * torch.exp(z.clamp_max(0)))
