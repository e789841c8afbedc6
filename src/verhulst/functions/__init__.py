"""The sigmoid family: NumPy ufuncs over the compiled kernels.

A function is defined, with its docstring, formula and derivative, in the file of its family; the names here, in
`verhulst`, in `verhulst.torch` and in `verhulst.jax` follow from the registry.
"""

from verhulst.functions import (  # noqa: F401, I001  families, in the order in which they are shown, fill the registry
    _sigmoid,
    _hard_sigmoid,
    _tanh,
    _relu,
    _elu,
    _silu,
    _gelu,
    _softplus,
    _softmax,
    _threads,
    _binary_cross_entropy,  # ufuncs of losses and of cells
    _cell_steps,
)
from verhulst.functions._bfloat16 import register as _register_bfloat16
from verhulst.functions._registry import PUBLIC as _PUBLIC

_register_bfloat16()  # bfloat16 loops for all ufuncs made above

globals().update(_PUBLIC)
__all__ = sorted(_PUBLIC)
