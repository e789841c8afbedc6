"""Log-odds of a probability, log(p/(1 - p)), the inverse of `sigmoid`."""

from verhulst import _core

logit = _core.ufunc(
    "logit",
    """Log-odds of a probability, log(p/(1 - p)), the inverse of `sigmoid`.
""",
)
