"""Every function of one argument against its definition in mpmath: float64 to its bound, narrow formats rounded once,
the ends of the domain and beyond, and no warning for any input.

What a function of the registry needs is drawn from its domain; the tables here add where each is hard.
"""

from __future__ import annotations

import math

import ml_dtypes
import mpmath
import numpy as np
import pytest
from mpmath import mpf
from tests.functions.kernel_inputs import INPUTS
from tests.references.exact import FORMATS, derivative, exact, points, units

import verhulst as vh
from verhulst.functions._registry import FUNCTIONS

RNG = np.random.default_rng(20261124)
N = 500  # points of each sort; of narrow formats a third (test_narrow_formats.py tries them all)
INF, NAN = math.inf, math.nan
TYPES = {"float16": np.float16, "bfloat16": ml_dtypes.bfloat16, "float32": np.float32, "float64": np.float64}
NAMES = [*FUNCTIONS, "elu", "elu_derivative"]
# Seen to hold, where the bound that is proved is wider.
SEEN = {"sigmoid_second_derivative": 0.505}


def between(low: float, high: float) -> np.ndarray:
    return RNG.uniform(low, high, N)


def exponents(low: int, high: int, start: float = 0.5) -> np.ndarray:
    """Numbers of all exponents from low to high; of both signs with start = -1."""
    return np.ldexp(RNG.uniform(start, 1, N), RNG.integers(low, high, N))


def near(root: float, low: int = -53) -> np.ndarray:
    return root + exponents(low, -2, -1)


def neighbours(*numbers: float) -> np.ndarray:
    return np.nextafter(np.repeat(numbers, 3), np.tile([-INF, 0, INF], len(numbers)))


def hexadecimal(*numbers: str) -> np.ndarray:
    return np.array([float.fromhex(h) for h in numbers])


LOG2 = math.log(2.0)
OF_DOMAIN = {
    (-INF, INF): [
        between(-1, 1), between(-40, 40), between(-708, 708), between(690, 750), between(-750, -690),
        exponents(-1074, 10, -1),
    ],
    (0.0, 1.0): [between(0, 1), near(0.5), exponents(-1073, 0), 1 - exponents(-52, 0)],
    (0.0, INF): [between(0, 2), between(0, 40), exponents(-1073, 0), exponents(0, 1024)],
    (-INF, 0.0): [between(-1, 0), between(-40, -1), between(-746, -600), -exponents(-1073, 3)],
}  # fmt: skip
NARROW_OF_DOMAIN = {
    (-INF, INF): [between(-12, 12), between(-120, 120), exponents(-149, 7, -1)],
    (0.0, 1.0): [between(0, 1), between(0.49, 0.51), exponents(-149, 0)],
    (0.0, INF): [between(0, 3), between(0.69, 0.70), exponents(-149, 4)],
    (-INF, 0.0): [between(-12, 0), between(-104, 0), between(-1e-3, 0), -exponents(-149, 4)],
}
# The hardest of 10^7 points or more; where kernels change from one way to another; the ends of tails.
WORST = [hexadecimal("-0x1.d00fe1ae9b2a2p+4", "0x1.04cd47c270067p+5", "-0x1.8cfcafc040896p-6")]
TANH = [between(-0.1, 0.1), between(-20, 20), between(-380, 380)]
TANH += [hexadecimal("0x1.73ada4e51dabcp-7", "-0x1.c28c7c9667b77p+1")]
SILU_ROOT, GELU_ROOT = -1.2784645427610738, -0.7517915246935645
GELU = [between(-40, 9), between(-38.7, -36), between(-1e-3, 1e-3)]
GELU += [neighbours(-0.5, -1, -2, -3, -4, -5, -7, -9, -11, -13, -17, -21, -25, -29, -30, -37)]
HARD = {
    "sigmoid": WORST,
    "sigmoid_derivative": WORST,
    "sigmoid_second_derivative": WORST,
    "tanh": TANH,
    "tanh_derivative": TANH,
    "log_sigmoid": [between(2, 6), between(600, 746)],
    "softplus": [
        between(-6, -2), between(-746, -600),
        np.array([-3.623059502445626, -3.4562199065506598, -4.9558550571687494, -708.0303508395680, -700.0, 700.0]),
    ],
    "log1m_exp": [
        between(-1.3, -1.1), neighbours(-1.2), np.array([-LOG2, -5e-324, -700.0, -4.9301389920860395]),
    ],
    "logit": [
        neighbours(0.5, 0.25, 0.75, 2.0**-1000, 2.0**-1022),
        np.array([np.nextafter(1.0, 0), 5e-324, 0.49775753042942006]),
    ],
    "softplus_inverse": [
        near(LOG2, -52), between(1.1, 1.3), neighbours(LOG2),
        np.array([0.5625, 0.8125, 1.2, 5e-324, 0.70004146]),
    ],
    "silu": [between(-760, -690)],
    "silu_derivative": [between(-760, -690), between(SILU_ROOT - 0.02, SILU_ROOT + 0.02), near(SILU_ROOT)],
    "gelu": GELU,
    "gelu_derivative": [*GELU, near(GELU_ROOT)],
    "hard_sigmoid": GELU,
    "elu": GELU,
    "elu_derivative": GELU,
}  # fmt: skip


def domain(name: str) -> tuple[float, float]:
    return FUNCTIONS[name].domain if name in FUNCTIONS else (-INF, INF)


def errors(name: str, form: str, z: np.ndarray, scale: mpf | None = None) -> np.ndarray:
    """In units in the last place of the results, or of `scale`."""
    got = getattr(vh, name)(z)
    assert got.dtype == z.dtype
    definition = exact(name)
    with mpmath.workprec(250):
        pairs = zip(z.tolist(), got.tolist(), strict=True)
        return np.array([units(y, definition(mpf(x)), *FORMATS[form], scale=scale) for x, y in pairs])


@pytest.mark.parametrize("name", NAMES)
def test_float64_within_its_bound(name: str) -> None:
    z = np.concatenate([*OF_DOMAIN[domain(name)], *HARD.get(name, [])])
    of = FUNCTIONS.get(name)
    bound = SEEN.get(name, of.ulp if of else 0.51)
    found = errors(name, "float64", z)
    if of and of.absolute:  # near the root
        y = getattr(vh, name)(z)
        small = (np.abs(y) < 2.0**-6) & (np.abs(z) < 2)
        assert small.any()
        unit = mpf(of.absolute) * 2**52  # whose last place is the absolute bound
        assert errors(name, "float64", z[small], scale=unit).max() <= 1
        found = np.where(small, 0, found)
    assert found.max() <= bound, float(z[found.argmax()]).hex()


@pytest.mark.parametrize("form", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_narrow_formats_are_rounded_once(name: str, form: str) -> None:
    low, high = domain(name)
    with np.errstate(over="ignore"):
        z = np.concatenate([part[::3] for part in NARROW_OF_DOMAIN[low, high]]).astype(TYPES[form])
    found = errors(name, form, z[(z > low) & (z < high)])
    assert found.max() <= 0.5


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_at_the_ends_and_beyond(name: str, form: str) -> None:
    """Limits at the ends, nan outside the domain, and no warning anywhere."""
    z = np.array(points(form)).astype(TYPES[form])
    bound = 0.51 if form == "float64" else 0.5
    with np.errstate(all="raise"):
        got = getattr(vh, name)(z)
    for x, y in zip(z.tolist(), got.tolist(), strict=True):
        assert units(y, derivative(name, 0, x), *FORMATS[form]) <= bound, (x, y)


def test_every_kernel_of_one_argument_is_in_the_registry() -> None:
    assert {name for name, inputs in INPUTS.items() if inputs == 1} == set(FUNCTIONS)


# What it is at -inf, the least number, -0, 0, the largest number, inf. The sign of a zero counts.
ENDS = {
    "sigmoid": [0.0, 0.0, 0.5, 0.5, 1.0, 1.0],
    "sigmoid_derivative": [0.0, 0.0, 0.25, 0.25, 0.0, 0.0],
    "sigmoid_second_derivative": [0.0, 0.0, 0.0, -0.0, -0.0, -0.0],
    "logit": [NAN, NAN, -INF, -INF, NAN, NAN],
    "log_sigmoid": [-INF, -1e308, -LOG2, -LOG2, -0.0, -0.0],
    "log_one_minus_sigmoid": [-0.0, -0.0, -LOG2, -LOG2, -1e308, -INF],
    "softplus": [0.0, 0.0, LOG2, LOG2, 1e308, INF],
    "softplus_inverse": [NAN, NAN, -INF, -INF, 1e308, INF],
    "log1m_exp": [-0.0, -0.0, -INF, -INF, NAN, NAN],
    "tanh": [-1.0, -1.0, -0.0, 0.0, 1.0, 1.0],
    "tanh_derivative": [0.0, 0.0, 1.0, 1.0, 0.0, 0.0],
    "relu": [0.0, 0.0, 0.0, 0.0, 1e308, INF],
    "relu_derivative": [0.0, 0.0, 0.0, 0.0, 1.0, 1.0],
    "hard_sigmoid": [0.0, 0.0, 0.5, 0.5, 1.0, 1.0],
    "hard_sigmoid_derivative": [0.0, 0.0, 1 / 6, 1 / 6, 0.0, 0.0],
    "silu": [-0.0, -0.0, -0.0, 0.0, 1e308, INF],
    "silu_derivative": [-0.0, -0.0, 0.5, 0.5, 1.0, 1.0],
    "gelu": [-0.0, -0.0, -0.0, 0.0, 1e308, INF],
    "gelu_derivative": [-0.0, -0.0, 0.5, 0.5, 1.0, 1.0],
    "leaky_relu": [-INF, -1e306, -0.0, 0.0, 1e308, INF],
    "leaky_relu_derivative": [0.01, 0.01, 0.01, 0.01, 1.0, 1.0],
    "elu": [-1.0, -1.0, -0.0, 0.0, 1e308, INF],
    "elu_derivative": [0.0, 0.0, 1.0, 1.0, 1.0, 1.0],
}


@pytest.mark.parametrize("name", ENDS)
def test_ends_zeros_and_nan(name: str) -> None:
    for form in FORMATS:
        with np.errstate(over="ignore"):
            z = np.array([-INF, -1e308, -0.0, 0.0, 1e308, INF, NAN]).astype(TYPES[form])
            expected = np.array([*ENDS[name], NAN]).astype(TYPES[form]).astype(float)
        if form != "float64":  # there the largest number has become inf
            z, expected = np.delete(z, [1, 4]), np.delete(expected, [1, 4])
        got = getattr(vh, name)(z).astype(float)
        np.testing.assert_array_equal(got, expected)
        zero = expected == 0
        np.testing.assert_array_equal(np.signbit(got[zero]), np.signbit(expected[zero]))
