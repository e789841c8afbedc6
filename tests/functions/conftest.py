"""What the tests of functions measure with: errors in units in the last place, against mpmath at 250 bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
import pytest

Exact = Callable[..., Any]


def _last_place(exact: mpmath.mpf, dtype: np.dtype[Any]) -> mpmath.mpf:
    if dtype.name == "bfloat16":
        precision, least = 8, -126
    else:
        info = np.finfo(dtype)
        precision, least = info.nmant + 1, int(info.minexp)
    exponent = least if exact == 0 else max(mpmath.frexp(exact)[1] - 1, least)
    return mpmath.ldexp(1, exponent - (precision - 1))


def _errors(computed: Any, exact: Exact, *inputs: Any, scale: Exact | None = None) -> np.ndarray[Any, Any]:
    """|computed - exact(*inputs)| in units in the last place of exact (or of scale(*inputs)), one by one.

    `exact` takes and gives mpmath numbers.
    """
    computed = np.atleast_1d(computed)
    rows: Sequence[tuple[Any, ...]] = list(zip(*np.broadcast_arrays(*inputs), strict=True))
    errors = np.empty(len(rows))
    with mpmath.workprec(250):
        for i, row in enumerate(rows):
            arguments = [mpmath.mpf(float(x)) for x in row]
            value = exact(*arguments)
            unit = _last_place(value if scale is None else scale(*arguments), computed.dtype)
            errors[i] = float(abs(mpmath.mpf(float(computed[i])) - value) / unit)
    return errors


@pytest.fixture(scope="session")
def errors() -> Callable[..., np.ndarray[Any, Any]]:
    return _errors


def pytest_configure(config: pytest.Config) -> None:
    """The marks in SciPy's own tests, which test_scipy_suite.py runs."""
    for mark in (
        "array_api_backends",
        "skip_xp_backends",
        "uses_xp_capabilities",
        "xfail_xp_backends",
        "thread_unsafe",
    ):
        config.addinivalue_line("markers", f"{mark}: SciPy's")
