"""verhulst turns scores into probabilities: exactly, fast, and honestly.

`import verhulst as vh` loads NumPy and the compiled core; every other room is imported when it is first used.
"""

from typing import TYPE_CHECKING

from verhulst._lazy import lazy_names
from verhulst.functions import (
    log_one_minus_sigmoid,
    log_sigmoid,
    logit,
    sigmoid,
    sigmoid_derivative,
    softplus,
)

if TYPE_CHECKING:
    pass

__version__ = "0.1.0.dev0"

# Loaded on first use: public name -> the module that holds it. A module's own name stands for the module.
__getattr__, _lazy = lazy_names(
    __name__,
    {
        "LogisticRegression": "verhulst.regression",
        "load": "verhulst.regression",
        "calibration": "verhulst.calibration",
        "data": "verhulst.data",
        "losses": "verhulst.losses",
        "regression": "verhulst.regression",
    },
)

__all__ = [
    "__version__",
    "log_one_minus_sigmoid",
    "log_sigmoid",
    "logit",
    "sigmoid",
    "sigmoid_derivative",
    "softplus",
    *_lazy,
]
