"""The floating-point environment of a callback.

XLA's threads take subnormal numbers for 0. The kernels of the core do not mind, but NumPy's conversions between types,
which stand around some of them, would.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

_libm = ctypes.CDLL(None)
_SIZE = 256  # bytes; fenv_t has 32 on x86-64, 8 on arm64, at most 28 elsewhere


def _current() -> ctypes.Array[ctypes.c_char]:
    environment = ctypes.create_string_buffer(_SIZE)
    _libm.fegetenv(environment)
    return environment


_AT_IMPORT = _current()


def in_the_environment_of_import(function: Callable[..., Any], *arguments: Any) -> Any:
    """function(*arguments), with rounding and subnormal numbers as they were when this file was imported."""
    callers = _current()
    _libm.fesetenv(_AT_IMPORT)
    try:
        return function(*arguments)
    finally:
        _libm.fesetenv(callers)
