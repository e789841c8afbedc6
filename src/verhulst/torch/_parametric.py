"""Activations with a parameter: leaky ReLU and ELU on tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from verhulst.torch._cast import cast, wider
from verhulst.torch._functional import relu, relu_derivative

# Half precision goes by a wider type, so that slope and alpha count as given and the result is rounded once.


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
    wide = wider(z)
    right = relu(wide)  # 0 on the left; subtracted for its derivative, which at nan is nan
    return cast(torch.where(z > 0, right, slope * (wide - right)), z.dtype)


def leaky_relu_derivative(z: Tensor, slope: float = 0.01) -> Tensor:
    """Derivative of leaky ReLU: 1 for z > 0, slope elsewhere; nan at nan."""
    right = relu_derivative(z)
    return torch.where(z > 0, right, right + slope)


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
    wide = wider(z)
    left = wide.clamp_max(0)
    slope = torch.exp(left)
    # The value of expm1 with the derivative of exp: the difference taken off is 0, and only it is differentiated.
    below = alpha * (torch.expm1(left).detach() - (slope.detach() - slope))
    return cast(torch.where(z > 0, relu(wide), below), z.dtype)


def elu_derivative(z: Tensor, alpha: float = 1.0) -> Tensor:
    """Derivative of ELU: 1 for z > 0, alpha e^z elsewhere."""
    wide = wider(z)
    return cast(torch.where(z > 0, relu_derivative(wide), alpha * torch.exp(wide.clamp_max(0))), z.dtype)
