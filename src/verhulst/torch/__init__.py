"""The sigmoid family in PyTorch: exact derivatives, output heads, gates, gradient flow."""

from verhulst.torch._cross_entropy import (
    binary_cross_entropy_with_logits,
)
from verhulst.torch._functional import (
    gelu,
    gelu_derivative,
    hard_sigmoid,
    hard_sigmoid_derivative,
    log1m_exp,
    log1m_exp_derivative,
    log_one_minus_sigmoid,
    log_sigmoid,
    logit,
    logit_derivative,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    sigmoid_second_derivative,
    silu,
    silu_derivative,
    softplus,
    softplus_inverse,
    softplus_inverse_derivative,
    tanh,
    tanh_derivative,
)
from verhulst.torch._gates import GATE_NAMES, layer_gates
from verhulst.torch._gradient_flow import (
    GradientFlow,
    LayerFlow,
    gradient_flow,
)
from verhulst.torch._gru import (
    GRU,
    GRUCell,
    GRUGates,
)
from verhulst.torch._heads import (
    BinaryClassifier,
    MultiLabelClassifier,
)
from verhulst.torch._lstm import (
    LSTM,
    LSTMCell,
    LSTMGates,
)
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
    "elu",
    "elu_derivative",
    "gelu",
    "gelu_derivative",
    "gradient_flow",
    "hard_sigmoid",
    "hard_sigmoid_derivative",
    "layer_gates",
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
