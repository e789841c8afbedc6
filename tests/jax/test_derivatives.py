"""Every function of one argument, its first and second derivative: at the ends, far out, near 0."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tests.references.exact import FORMATS, derivative, points, tails, units

import verhulst.jax as vj
from verhulst.functions._registry import FUNCTIONS
from verhulst.functions.derivatives import in_float64


def bound(name: str, order: int, format: str) -> float:
    """In ULP: one rounding. The derivatives of expressions are computed by XLA, in float32 here."""
    return 16.0 if order == 2 and FUNCTIONS[name].arithmetic and format == "float32" else 0.51


@pytest.mark.parametrize("format", ["bfloat16", "float32"])
def test_value_and_two_derivatives_everywhere(format: str) -> None:
    def slope(function: Any) -> Any:
        return lambda z: jax.vjp(function, z)[1](jnp.ones_like(z))[0]

    def all_of_them(z: Any) -> Any:
        functions = {name: getattr(vj, name) for name in FUNCTIONS}
        return {name: (f(z), slope(f)(z), slope(slope(f))(z)) for name, f in functions.items()}

    z = np.array(points(format)).astype(jnp.dtype(format))
    results = jax.jit(all_of_them)(z)
    smallest = 2.0 ** FORMATS[format][1]
    for name, values in results.items():
        for order, got in enumerate(values):
            assert got.dtype == z.dtype
            for at, computed in zip(z.tolist(), np.asarray(got, float).tolist(), strict=True):
                exact = derivative(name, order, at)
                if order and (0 < abs(at) < smallest or abs(exact) < smallest) and abs(computed) < smallest:
                    continue  # XLA takes subnormal numbers for 0
                if order and 0 < abs(at) < smallest:
                    assert np.isinf(computed) or units(computed, exact, *FORMATS[format]) <= 1, (name, order, at)
                    continue
                assert units(computed, exact, *FORMATS[format]) <= bound(name, order, format), (name, order, at)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", sorted(name for name, of in FUNCTIONS.items() if of.arithmetic))
def test_tails_of_what_the_core_is_called_back_for(name: str, format: str) -> None:
    """gelu'' has 11 roundings in its tail."""
    limit = 0.51 if format != "float64" else 5.5 if name == "gelu_derivative" else 4.0
    z = np.array(tails(format, np.random.default_rng(20261204))).astype(jnp.dtype(format))
    for at, computed in zip(z.tolist(), in_float64(name, z).tolist(), strict=True):
        assert units(computed, derivative(name, 1, at), *FORMATS[format]) <= limit, (at, computed)
