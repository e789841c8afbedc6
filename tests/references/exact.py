"""What every function of one argument is, in mpmath: closed forms of it and of its derivatives, and limits at the ends.

All references to mpmath come from here; those to MPFR, with the same definitions, stand in proofs/references.cpp.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import mpmath
import numpy as np
from mpmath import erfc, exp, expm1, log, log1p, mpf, sqrt, tanh

from verhulst.functions._registry import FUNCTIONS

Exact = Callable[[mpf], mpf]


def u(z: mpf) -> mpf:
    """The sigmoid."""
    return 1 / (1 + exp(-z))


def s1(z: mpf) -> mpf:
    """Its first derivative."""
    return u(z) * u(-z)


def s2(z: mpf) -> mpf:
    """Its second derivative."""
    return -s1(z) * tanh(z / 2)


def s3(z: mpf) -> mpf:
    """Its third derivative."""
    return s1(z) * (1 - 6 * s1(z))


def softplus(z: mpf) -> mpf:
    return log1p(exp(z))


def normal(z: mpf) -> mpf:
    """P(Z < z); beyond 1000 its tail is below every number of every format."""
    return mpf(z > 0) if abs(z) > 1000 else erfc(-z / sqrt(2)) / 2


def density(z: mpf) -> mpf:
    return exp(-z * z / 2) / sqrt(2 * mpmath.pi)


def sech2(z: mpf) -> mpf:
    return 4 * s1(2 * z)


def step(z: mpf) -> mpf:
    return mpf(z > 0)


def nothing(z: mpf) -> mpf:
    return mpf(0)


SLOPE = 0.01
# A function, its derivative, the next ... NAME_derivative is the second of the chain of NAME.
CHAINS: dict[str, list[Exact]] = {
    "sigmoid": [u, s1, s2, s3, lambda z: s2(z) * (1 - 12 * s1(z))],
    "logit": [
        lambda p: log(p) - log1p(-p),
        lambda p: 1 / (p * (1 - p)),
        lambda p: (2 * p - 1) / (p * (1 - p)) ** 2,
        lambda p: 2 / p**3 + 2 / (1 - p) ** 3,
    ],
    "log_sigmoid": [lambda z: -softplus(-z), lambda z: u(-z), lambda z: -s1(z)],
    "log_one_minus_sigmoid": [lambda z: -softplus(z), lambda z: -u(z), lambda z: -s1(z)],
    "softplus": [softplus, u, s1],
    "softplus_inverse": [
        lambda y: y + log(-expm1(-y)),
        lambda y: -1 / expm1(-y),
        lambda y: -exp(-y) / (1 - exp(-y)) ** 2,
        lambda y: exp(-y) * (1 + exp(-y)) / (1 - exp(-y)) ** 3,
    ],
    "log1m_exp": [
        lambda x: log(-expm1(x)) if x > -1 else log1p(-exp(x)),
        lambda x: -1 / expm1(-x),
        lambda x: -exp(x) / (1 - exp(x)) ** 2,
        lambda x: -exp(x) * (1 + exp(x)) / (1 - exp(x)) ** 3,
    ],
    "tanh": [tanh, sech2, lambda z: -2 * tanh(z) * sech2(z), lambda z: sech2(z) * (4 * tanh(z) ** 2 - 2 * sech2(z))],
    "relu": [lambda z: max(z, mpf(0)), step, nothing, nothing],
    "hard_sigmoid": [
        lambda z: min(max(z + 3, mpf(0)), mpf(6)) / 6,
        lambda z: mpf(-3 < z < 3) / 6,
        nothing,
        nothing,
    ],
    "silu": [
        lambda z: z * u(z),
        lambda z: u(z) + z * s1(z),
        lambda z: 2 * s1(z) + z * s2(z),
        lambda z: 3 * s2(z) + z * s3(z),
    ],
    "gelu": [
        lambda z: z * normal(z),
        lambda z: normal(z) + z * density(z),
        lambda z: density(z) * (2 - z * z),
        lambda z: density(z) * (z**3 - 4 * z),
    ],
    "leaky_relu": [
        lambda z: z if z > 0 else SLOPE * z,
        lambda z: mpf(1) if z > 0 else mpf(SLOPE),
        nothing,
        nothing,
    ],
    "elu": [
        lambda z: z if z > 0 else expm1(z),
        lambda z: mpf(1) if z > 0 else exp(z),
        lambda z: mpf(0) if z > 0 else exp(z),
        lambda z: mpf(0) if z > 0 else exp(z),
    ],
}


def exact(name: str, order: int = 0) -> Exact:
    """The function `name`, or its derivative of that order, inside its domain."""
    if name == "sigmoid_second_derivative":
        return CHAINS["sigmoid"][2 + order]
    base = name.removesuffix("_derivative")
    return CHAINS[base][int(base != name) + order]


@cache
def derivative(name: str, order: int, z: float) -> mpf:
    """The derivative of that order of the function `name` at z: a limit at the ends, nan outside the domain."""
    of = exact(name, order)
    low, high = FUNCTIONS[name].domain if name in FUNCTIONS else (-mpmath.inf, mpmath.inf)
    if not low <= z <= high:
        return mpf("nan")
    with mpmath.workprec(1300 if abs(z) < 1e-3 or abs(z) > 20 or z in (low, high) else 250):
        if low < z < high:
            return of(mpf(z))
        inside = 1 if z == low else -1
        value = of(-inside * mpf(2) ** 260 if mpmath.isinf(z) else z + inside * mpf(2) ** -1200)
        if abs(value) > 500:
            return mpmath.sign(value) * mpmath.inf
        return mpmath.nint(value * 2**200) / 2**200


def units(computed: Any, exact: mpf, precision: int, least: int, scale: mpf | None = None) -> float:
    """|computed - exact| in ULP of `scale` (exact itself, unless said); 0 where both are inf or nan.

    precision : the format's significant bits; least : the exponent of its smallest normal number
    """
    if mpmath.isnan(exact) or mpmath.isinf(exact):
        same = mpmath.isnan(computed) if mpmath.isnan(exact) else mpf(computed) == exact
        return 0.0 if same else float("inf")
    if mpmath.isnan(computed):
        return float("inf")
    largest = (2 - mpf(2) ** (1 - precision)) * mpf(2) ** (1 - least)
    if mpmath.isinf(computed):  # what rounds to inf
        return 0.0 if abs(exact) >= largest + largest / 2**precision / 2 and computed * exact > 0 else float("inf")
    size = abs(exact if scale is None else scale)
    exponent = least if size == 0 else max(mpmath.frexp(size)[1] - 1, least)
    return float(abs(mpf(computed) - exact) / mpmath.ldexp(1, exponent - precision + 1))


FORMATS = {"float16": (11, -14), "bfloat16": (8, -126), "float32": (24, -126), "float64": (53, -1022)}
"""Name -> significant bits, exponent of the smallest normal number."""

_POINTS = (0.0, 1.0, -1.0, 0.25, -0.25, 3.5, -3.5, 17.0, -17.0, 40.0, -40.0, 2.0**-20, -(2.0**-20))


def points(format: str) -> list[float]:
    """Numbers of that format where derivatives go wrong: the ends, the largest, the smallest, the tails, the middle."""
    precision, least = FORMATS[format]
    largest = float((2 - mpf(2) ** (1 - precision)) * mpf(2) ** (1 - least))
    smallest = 2.0 ** (least - precision + 1)
    far = [104.0, 256.0, 1024.0, *([2.0**64] if least < -64 else []), *([2.0**515] if least < -515 else [])]
    positive = [2.0**-20, 0.25, 1 - 2.0**-precision, 1.0, 3.5, 17.0, 40.0, *far, smallest, largest, mpmath.inf]
    return [*map(float, positive), *(-float(z) for z in positive), 0.0, -0.0, float("nan")]


def tails(format: str, rng: np.random.Generator, n: int = 3) -> list[float]:
    """Random numbers of every size, and where e^-z, e^-2z or e^(-z^2/2) is about the smallest of that format.

    None is between 0.1 and 4, where some derivatives have roots, and bounds are absolute.
    """
    precision, least = FORMATS[format]
    end = (precision - least) * float(mpmath.log(2))
    sizes = np.concatenate(
        [
            2.0 ** rng.uniform(least - precision + 1, 1 - least, 2 * n),
            end * rng.uniform(0.93, 1.02, n),
            end / 2 * rng.uniform(0.93, 1.02, n),
            np.sqrt(2 * end) * rng.uniform(0.96, 1.015, n),
        ]
    )
    sizes = sizes[(sizes < 0.1) | (sizes > 4)]
    return np.concatenate([sizes, -sizes]).tolist()
