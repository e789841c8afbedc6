"""Softplus, log(1 + e^z)."""

from verhulst import _core

softplus = _core.ufunc(
    "softplus",
    """Softplus, log(1 + e^z).
""",
)
