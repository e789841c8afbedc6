"""The derivatives that take arithmetic around the functions, on NumPy's arrays.

A derivative stands with its function and is computed from the argument, never from the result: the tails keep their
digits. Every face that differentiates (PyTorch, JAX) uses it, so that they cannot disagree.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from verhulst.functions._registry import FUNCTIONS
from verhulst.functions._rounding import rounded
from verhulst.functions.formulas import NUMPY, beside_functions

_NAMESPACE = SimpleNamespace(
    **{name: function.ufunc for name, function in FUNCTIONS.items()},
    **beside_functions(NUMPY),
)


def in_float64(name: str, z: Any) -> np.ndarray[Any, Any]:
    """The derivative of the function `name` at a NumPy array, computed in float64 and rounded once to its type."""
    z = np.asarray(z)
    with np.errstate(all="ignore"):
        return rounded(FUNCTIONS[name].derivative(_NAMESPACE, z.astype(np.float64)), z.dtype)
