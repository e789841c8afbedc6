"""bfloat16 loops, where ml_dtypes is installed."""

from verhulst import _core


def register() -> None:
    """Add bfloat16 loops to every ufunc made so far; nothing happens without ml_dtypes.

    Called once at import: NumPy remembers how it resolved a type, so the loops must be there before a first call.
    """
    try:
        import ml_dtypes
    except ImportError:
        return
    import numpy as np

    _core.register_bfloat16(np.dtype(ml_dtypes.bfloat16))
