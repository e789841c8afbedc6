"""verhulst turns scores into probabilities: exactly, fast, and honestly.

`import verhulst as vh` loads NumPy and the compiled core; every other room is imported when it is first used.
"""

import verhulst._process  # noqa: F401  first: what may go wrong while NumPy is imported is answered by it
from verhulst._lazy import lazy_names
from verhulst._version import __version__
from verhulst.functions import *  # noqa: F403
from verhulst.functions import __all__ as _functions

# Loaded on first use: public name -> the module that holds it. A module's own name stands for the module.
__getattr__, _lazy = lazy_names(
    __name__,
    {
        "CalibratedClassifier": "verhulst.calibration",
        "LogisticRegression": "verhulst.regression",
        "LogisticRegressionCV": "verhulst.regression",
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
        "check": "verhulst.data",
        "data": "verhulst.data",
        "evaluate": "verhulst.calibration",
        "explore": "verhulst.explorer",
        "figures": "verhulst.figures",
        "fit_formula": "verhulst.regression",
        "fit_table": "verhulst.regression",
        "jax": "verhulst.jax",
        "load": "verhulst._load",
        "losses": "verhulst.losses",
        "predict_table": "verhulst.regression",
        "regression": "verhulst.regression",
        "report": "verhulst.report",
        "torch": "verhulst.torch",
    },
)

__all__ = ["__version__", *_functions]


def __dir__() -> list[str]:
    return sorted({*globals(), *_lazy})
