"""Slopes, alphas and labels count as given: whatever their type, size and shape, in every number format of z."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import mpmath
import numpy as np
import pytest
from tests.references.exact import FORMATS, units

import verhulst as vh

TYPES = {"bfloat16": ml_dtypes.bfloat16, "float16": np.float16, "float32": np.float32, "float64": np.float64}
EXACT = {
    "leaky_relu": lambda z, s: s * z,
    "leaky_relu_derivative": lambda z, s: s,
    "elu": lambda z, s: s * mpmath.expm1(z),
    "elu_derivative": lambda z, s: s * mpmath.exp(z),
}
# Numbers that some format cannot hold: too many bits, too large, subnormal, or less than that.
GIVEN: list[Any] = [0.01, 0.999, 257, 2049, 70_000, 2**24 + 1, 2**40 + 1, 1e40, 1e-40, 1e-46, 3e-44, 1e-60, -0.3]
GIVEN += [1e300, 1.5e308]
Z = [-0.125, -0.43, -1.0, -3.0, -1e-30, -800.0, -1100.0, -2e38]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", EXACT)
def test_of_every_type_and_size(name: str, form: str) -> None:
    """A number, an array of one dimension and one of none are one and the same; integers are numbers too."""
    function, exact = getattr(vh, name), EXACT[name]
    with np.errstate(over="ignore"):
        z = np.array(Z).astype(TYPES[form])
    z = z[np.isfinite(z) & (z != 0)]
    limit = 1.51 if form == "float32" else 0.511  # in float32 the parameter is rounded too
    for given in GIVEN:
        got = function(z, given)
        assert got.dtype == z.dtype
        for other in (np.array(given), np.array([given]), np.full(z.shape, given), [given] * len(z)):
            np.testing.assert_array_equal(function(z, other), got)
        with mpmath.workprec(400):
            for a, b in zip(z.tolist(), got.tolist(), strict=True):
                expected = exact(mpmath.mpf(a), mpmath.mpf(given))
                if abs(expected) > float(ml_dtypes.finfo(z.dtype).max):
                    assert np.isinf(b), (a, given, b)
                else:
                    assert units(b, expected, *FORMATS[form]) <= limit, (a, given, b)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("form", ["f2", "f4", "f8"])
def test_byte_order_of_z_changes_nothing(order: str, form: str) -> None:
    z = np.linspace(-3, 3, 20)
    for name in (*EXACT, "binary_cross_entropy", "binary_cross_entropy_gradient", "binary_cross_entropy_hessian"):
        got = getattr(vh, name)(z.astype(order + form), 0.3)
        expected = getattr(vh, name)(z.astype(form), 0.3)
        assert got.dtype == expected.dtype
        assert got.tobytes() == expected.tobytes(), name
