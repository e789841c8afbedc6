"""The sigmoid family: NumPy ufuncs over the compiled kernels."""

from verhulst.functions._bfloat16 import register as _register_bfloat16
from verhulst.functions._log_one_minus_sigmoid import log_one_minus_sigmoid
from verhulst.functions._log_sigmoid import log_sigmoid
from verhulst.functions._logit import logit
from verhulst.functions._sigmoid import sigmoid
from verhulst.functions._sigmoid_derivative import sigmoid_derivative
from verhulst.functions._softplus import softplus
from verhulst.functions._threads import get_num_threads, set_num_threads

__all__ = [
    "get_num_threads",
    "log_one_minus_sigmoid",
    "log_sigmoid",
    "logit",
    "set_num_threads",
    "sigmoid",
    "sigmoid_derivative",
    "softplus",
]

_register_bfloat16()
