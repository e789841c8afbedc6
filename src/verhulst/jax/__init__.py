"""The sigmoid family on JAX arrays, with exact first and second derivatives."""

from verhulst.jax import _functional
from verhulst.jax._cross_entropy import binary_cross_entropy, binary_cross_entropy_gradient
from verhulst.jax._functional import *  # noqa: F403
from verhulst.jax._parametric import elu, elu_derivative, leaky_relu, leaky_relu_derivative
from verhulst.jax._softmax import log_softmax, logsumexp, softmax

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_gradient",
    "elu",
    "elu_derivative",
    "leaky_relu",
    "leaky_relu_derivative",
    "log_softmax",
    "logsumexp",
    "softmax",
]
__all__ += _functional.__all__
