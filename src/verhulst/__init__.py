"""verhulst turns scores into probabilities: exactly, fast, and honestly.

`import verhulst as vh` loads NumPy and the compiled core; every other room is imported when it is first used.
"""

from verhulst._lazy import lazy_names
from verhulst.functions import (
    elu,
    elu_derivative,
    gelu,
    gelu_derivative,
    get_num_threads,
    hard_sigmoid,
    hard_sigmoid_derivative,
    leaky_relu,
    leaky_relu_derivative,
    log1m_exp,
    log1m_exp_derivative,
    log_one_minus_sigmoid,
    log_sigmoid,
    log_softmax,
    logit,
    logit_derivative,
    logsumexp,
    relu,
    relu_derivative,
    set_num_threads,
    sigmoid,
    sigmoid_derivative,
    sigmoid_second_derivative,
    silu,
    silu_derivative,
    softmax,
    softplus,
    softplus_inverse,
    softplus_inverse_derivative,
    tanh,
    tanh_derivative,
)

__version__ = "0.1.0.dev0"

# Loaded on first use: public name -> the module that holds it. A module's own name stands for the module.
__getattr__, _lazy = lazy_names(
    __name__,
    {
        "CalibratedClassifier": "verhulst.calibration",
        "LogisticRegression": "verhulst.regression",
        "activations": "verhulst.functions.activations",
        "audit": "verhulst.audit",
        "binary_cross_entropy": "verhulst.losses",
        "binary_cross_entropy_all": "verhulst.losses",
        "binary_cross_entropy_gradient": "verhulst.losses",
        "binary_cross_entropy_hessian": "verhulst.losses",
        "calibrate": "verhulst.calibration",
        "calibration": "verhulst.calibration",
        "categorical_cross_entropy": "verhulst.losses",
        "categorical_cross_entropy_gradient": "verhulst.losses",
        "data": "verhulst.data",
        "evaluate": "verhulst.calibration",
        "explore": "verhulst.explorer",
        "figures": "verhulst.figures",
        "fit_formula": "verhulst.regression",
        "fit_table": "verhulst.regression",
        "jax": "verhulst.jax",
        "load": "verhulst._load",
        "losses": "verhulst.losses",
        "regression": "verhulst.regression",
        "report": "verhulst.report",
        "torch": "verhulst.torch",
    },
)

__all__ = [
    "__version__",
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


def __dir__() -> list[str]:
    return sorted({*globals(), *_lazy})
