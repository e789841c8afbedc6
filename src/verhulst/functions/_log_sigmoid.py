"""Logarithm of the sigmoid, log s(z) = -log(1 + e^-z)."""

from verhulst import _core

log_sigmoid = _core.ufunc(
    "log_sigmoid",
    """Logarithm of the sigmoid, log s(z) = -log(1 + e^-z).
""",
)
