"""The sigmoid family: NumPy ufuncs over the compiled kernels."""

from verhulst.functions import _binary_cross_entropy, _cell_steps  # noqa: F401  theirs, too, get bfloat16 loops below
from verhulst.functions._bfloat16 import register as _register_bfloat16
from verhulst.functions._elu import elu
from verhulst.functions._elu_derivative import elu_derivative
from verhulst.functions._gelu import gelu
from verhulst.functions._gelu_derivative import gelu_derivative
from verhulst.functions._hard_sigmoid import hard_sigmoid
from verhulst.functions._hard_sigmoid_derivative import hard_sigmoid_derivative
from verhulst.functions._leaky_relu import leaky_relu
from verhulst.functions._leaky_relu_derivative import leaky_relu_derivative
from verhulst.functions._log1m_exp import log1m_exp
from verhulst.functions._log1m_exp_derivative import log1m_exp_derivative
from verhulst.functions._log_one_minus_sigmoid import log_one_minus_sigmoid
from verhulst.functions._log_sigmoid import log_sigmoid
from verhulst.functions._log_softmax import log_softmax
from verhulst.functions._logit import logit
from verhulst.functions._logit_derivative import logit_derivative
from verhulst.functions._logsumexp import logsumexp
from verhulst.functions._relu import relu
from verhulst.functions._relu_derivative import relu_derivative
from verhulst.functions._sigmoid import sigmoid
from verhulst.functions._sigmoid_derivative import sigmoid_derivative
from verhulst.functions._sigmoid_second_derivative import sigmoid_second_derivative
from verhulst.functions._silu import silu
from verhulst.functions._silu_derivative import silu_derivative
from verhulst.functions._softmax import softmax
from verhulst.functions._softplus import softplus
from verhulst.functions._softplus_inverse import softplus_inverse
from verhulst.functions._softplus_inverse_derivative import softplus_inverse_derivative
from verhulst.functions._tanh import tanh
from verhulst.functions._tanh_derivative import tanh_derivative
from verhulst.functions._threads import get_num_threads, set_num_threads

__all__ = [
    "elu",
    "elu_derivative",
    "gelu",
    "gelu_derivative",
    "get_num_threads",
    "hard_sigmoid",
    "hard_sigmoid_derivative",
    "leaky_relu",
    "leaky_relu_derivative",
    "log1m_exp",
    "log1m_exp_derivative",
    "log_one_minus_sigmoid",
    "log_sigmoid",
    "log_softmax",
    "logit",
    "logit_derivative",
    "logsumexp",
    "relu",
    "relu_derivative",
    "set_num_threads",
    "sigmoid",
    "sigmoid_derivative",
    "sigmoid_second_derivative",
    "silu",
    "silu_derivative",
    "softmax",
    "softplus",
    "softplus_inverse",
    "softplus_inverse_derivative",
    "tanh",
    "tanh_derivative",
]

_register_bfloat16()
