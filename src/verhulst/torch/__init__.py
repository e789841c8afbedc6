"""The sigmoid family in PyTorch: exact derivatives, output heads, gates, gradient flow."""

from verhulst.torch import _functional
from verhulst.torch._cross_entropy import (
    binary_cross_entropy_with_logits,
)
from verhulst.torch._functional import *  # noqa: F403
from verhulst.torch._gates import GATE_NAMES, GRUGates, LSTMGates
from verhulst.torch._gradient_flow import (
    GradientFlow,
    LayerFlow,
    gradient_flow,
)
from verhulst.torch._gru import GRU, GRUCell
from verhulst.torch._heads import (
    BinaryClassifier,
    MultiLabelClassifier,
)
from verhulst.torch._layer_gates import layer_gates
from verhulst.torch._lstm import LSTM, LSTMCell
from verhulst.torch._operator import decompositions
from verhulst.torch._parametric import (
    elu,
    elu_derivative,
    leaky_relu,
    leaky_relu_derivative,
)
from verhulst.torch._softmax import (
    log_softmax,
    logsumexp,
    softmax,
)

__all__ = [
    "GATE_NAMES",
    "GRU",
    "LSTM",
    "BinaryClassifier",
    "GRUCell",
    "GRUGates",
    "GradientFlow",
    "LSTMCell",
    "LSTMGates",
    "LayerFlow",
    "MultiLabelClassifier",
    "binary_cross_entropy_with_logits",
    "decompositions",
    "elu",
    "elu_derivative",
    "gradient_flow",
    "layer_gates",
    "leaky_relu",
    "leaky_relu_derivative",
    "log_softmax",
    "logsumexp",
    "softmax",
]
__all__ += _functional.__all__
