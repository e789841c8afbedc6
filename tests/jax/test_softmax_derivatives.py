"""Derivatives of softmax and log_softmax on JAX arrays, forward and reverse: no digit lost at a sure class."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from tests.references import softmax as reference
from tests.references.exact import FORMATS, units

import verhulst.jax as vj

# Of two lengths: each is compiled anew.
CASES = [case for case in reference.cases(np.random.default_rng(20261201)) if len(case[0]) in (3, 10)]


@pytest.mark.parametrize("format", ["bfloat16", "float32"])
def test_errors(format: str) -> None:
    # Half precision goes by float32. Elsewhere a few units, however far from the largest logit. A direction that is the
    # same everywhere leaves the square of its rounding.
    limit, left = {"bfloat16": (0.6, 2**-36), "float32": (8.0, 2**-46)}[format]
    smallest = 2.0 ** FORMATS[format][1]
    exact = {
        "softmax": (reference.softmax_change, reference.softmax_change),
        "log_softmax": (reference.log_softmax_pullback, reference.log_softmax_change),
    }

    def derivatives(z: Any, v: Any) -> Any:
        return {n: (jax.vjp(getattr(vj, n), z)[1](v)[0], jax.jvp(getattr(vj, n), (z,), (v,))[1]) for n in exact}

    rows = defaultdict(list)
    for z, v in CASES:
        rows[len(z)].append((z, v))
    with mpmath.workprec(250):
        for same_length in rows.values():
            z, v = (np.array(t).astype(jnp.dtype(format)) for t in zip(*same_length, strict=True))
            results = jax.jit(jax.vmap(derivatives))(z, v)
            for name, modes in results.items():
                for mode, got in enumerate(modes):
                    for i in range(len(z)):
                        value, size = exact[name][mode](reference.exact(z[i]), reference.exact(v[i]))
                        floor = left * float(abs(v[i]).max())
                        for computed, e, s in zip(np.asarray(got[i], float).tolist(), value, size, strict=True):
                            if not 0 < abs(e) < smallest:  # XLA takes subnormal numbers for 0
                                assert units(computed, e, *FORMATS[format], scale=s + floor) <= limit


def test_the_sure_class() -> None:
    def first_and_second(z: Any) -> Any:
        of = lambda f: (jax.grad(lambda a: f(a)[0])(z), jax.hessian(lambda a: f(a)[0])(z)[0])  # noqa: E731
        return of(vj.softmax), of(vj.log_softmax)

    for first, second in jax.jit(first_and_second)(np.float32([17, 0, 0])):
        np.testing.assert_allclose(first, [8.279874e-08, -4.139937e-08, -4.139937e-08], rtol=1e-6)
        np.testing.assert_allclose(second, [-8.279873e-08, 4.139936e-08, 4.139936e-08], rtol=1e-6)


def test_logsumexp_in_half_precision() -> None:
    z = jnp.array([100.0, 100.0], jnp.bfloat16)
    assert jax.grad(vj.logsumexp)(z).tolist() == [0.5, 0.5]
