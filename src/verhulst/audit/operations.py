"""What operations are called, and what is asked of them by several rules."""

from __future__ import annotations

import torch

from verhulst.audit.trace import MOVES, Operation, origins

SIGMOID = frozenset({"sigmoid", "sigmoid_", "special_expit", "hardsigmoid", "hardsigmoid_", "hard_sigmoid"})
LOG_SIGMOID = frozenset({"log_sigmoid_forward", "log_sigmoid", "log_one_minus_sigmoid"})
SOFTMAX = frozenset({"_softmax", "_safe_softmax", "softmax"})
LOG_SOFTMAX = frozenset({"_log_softmax", "log_softmax"})
TANH = frozenset({"tanh", "tanh_"})
RECTIFIERS = frozenset({"relu", "relu_", "softplus", "exp", "abs"})
HARD_TANH = frozenset({"hardtanh", "hardtanh_"})  # of which relu6 is one
BCE_WITH_LOGITS = frozenset({"binary_cross_entropy_with_logits"})
SOFT_MARGIN = frozenset({"soft_margin_loss"})  # of logits and labels -1 and 1
NLL = frozenset({"nll_loss_forward", "nll_loss2d_forward", "nll_loss", "nll_loss_nd"})
LAYERS = frozenset({"addmm", "mm", "linear", "convolution", "bmm", "baddbmm", "matmul"})
NORMALISATION = frozenset({"native_batch_norm", "native_layer_norm", "cudnn_batch_norm", "_native_batch_norm_legit"})
# Operations that give numbers of any sign, as a last layer does: their results are logits, in [0, 1] only by chance.
AFFINE = LAYERS | NORMALISATION | {"add", "add_", "sub", "sum"}
RECURRENT = (torch.nn.RNNBase, torch.nn.RNNCellBase)


def is_sigmoid(operation: Operation) -> bool:
    return operation.name in SIGMOID or operation.by_hand == "sigmoid"


def is_softmax(operation: Operation) -> bool:
    return operation.name in SOFTMAX or operation.by_hand == "softmax"


def first(operation: Operation, through: frozenset[str] = MOVES) -> list[Operation]:
    """Return the operations that made the numbers of the first argument."""
    return list(origins(operation.inputs[0], through)) if operation.inputs else []
