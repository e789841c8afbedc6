"""The largest error of an implementation over a fixed sample, in ULP of the exact value (MPFR, through gmpy2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import gmpy2
import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def _sigmoid(x: gmpy2.mpfr) -> gmpy2.mpfr:
    return 1 / (1 + gmpy2.exp(-x))


def _softplus(x: gmpy2.mpfr) -> gmpy2.mpfr:
    tail = gmpy2.log1p(gmpy2.exp(-abs(x)))
    return x + tail if x > 0 else tail


EXACT: dict[str, Callable[[gmpy2.mpfr], gmpy2.mpfr]] = {
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "log_sigmoid": lambda x: -_softplus(-x),
    "logit": lambda p: gmpy2.log(p) - gmpy2.log1p(-p),
    "tanh": gmpy2.tanh,
    "silu": lambda x: x * _sigmoid(x),
    "gelu": lambda x: x * gmpy2.erfc(-x / gmpy2.sqrt(gmpy2.mpfr(2))) / 2,
}


def sample(name: str, dtype: type) -> Array:
    """About 12,000 points: dense, tails, all exponents; for logit also near ½ and 1."""
    rng = np.random.default_rng(20261124)
    if name == "logit":
        near = np.ldexp(rng.uniform(-1, 1, 2000), rng.integers(-50, -1, 2000))
        x = np.concatenate(
            [rng.uniform(0, 1, 6000), 0.5 + near, np.ldexp(rng.uniform(0.5, 1, 4000), rng.integers(-1074, 0, 4000))]
        )
        x = x.astype(dtype)
        return x[(x > 0) & (x < 1)]
    tail = 745 if dtype is np.float64 else 104
    far = rng.uniform(-tail, tail, 2000)
    tiny = np.ldexp(rng.uniform(-1, 1, 2000), rng.integers(-1000 if dtype is np.float64 else -120, 3, 2000))
    return np.concatenate([rng.uniform(-10, 10, 6000), rng.uniform(-40, 40, 2000), far, tiny]).astype(dtype)


@cache
def _reference(name: str, dtype: type) -> tuple[Array, list[gmpy2.mpfr], Array]:
    x = sample(name, dtype)
    with gmpy2.context(gmpy2.get_context(), precision=200):
        exact = [EXACT[name](gmpy2.mpfr(float(v))) for v in x]
    info = np.finfo(dtype)
    # The spacing of the format in the binade of the exact value.
    exponent = np.array([max(float(gmpy2.get_exp(y)) - 1 if y != 0 else -9999, info.minexp) for y in exact])
    return x, exact, exponent + float(np.log2(info.eps))


def largest_error(name: str, call: Callable[[Array], Array], dtype: type) -> str:
    """The largest error as text: '0.50', '1.8e+06', 'inf' where a finite value came out infinite or nan."""
    x, exact, spacing = _reference(name, dtype)
    with np.errstate(all="ignore"):
        got = np.asarray(call(x))
    worst = 0.0
    for value, y, exponent in zip(got.tolist(), exact, spacing.tolist(), strict=True):
        if not np.isfinite(value):
            return "inf"
        worst = max(worst, abs(float((gmpy2.mpfr(value) - y) * gmpy2.exp2(gmpy2.mpfr(-exponent)))))
    return f"{worst:.3f}" if worst < 1000 else f"{worst:.1e}"
