"""Binary and categorical cross-entropy from logits: value, gradient and Hessian, without forming a probability.

The functions take no weights: multiply the results by them, or form weighted sums.
"""

from verhulst.losses._binary import (
    BinaryCrossEntropy,
    binary_cross_entropy,
    binary_cross_entropy_all,
    binary_cross_entropy_gradient,
    binary_cross_entropy_hessian,
)
from verhulst.losses._categorical import categorical_cross_entropy, categorical_cross_entropy_gradient

__all__ = [
    "BinaryCrossEntropy",
    "binary_cross_entropy",
    "binary_cross_entropy_all",
    "binary_cross_entropy_gradient",
    "binary_cross_entropy_hessian",
    "categorical_cross_entropy",
    "categorical_cross_entropy_gradient",
]
