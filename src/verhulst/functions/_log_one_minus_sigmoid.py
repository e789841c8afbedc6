"""Logarithm of one minus the sigmoid, log(1 - s(z)) = log s(-z)."""

from verhulst import _core

log_one_minus_sigmoid = _core.ufunc(
    "log_one_minus_sigmoid",
    """Logarithm of one minus the sigmoid, log(1 - s(z)) = log s(-z).
""",
)
