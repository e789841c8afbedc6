"""First derivative of the sigmoid, s(z) s(-z)."""

from verhulst import _core

sigmoid_derivative = _core.ufunc(
    "sigmoid_derivative",
    """First derivative of the sigmoid, s(z) s(-z).
""",
)
