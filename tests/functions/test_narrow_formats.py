"""Correct rounding: every float16 and bfloat16, and a stride through all float32, of each function of one argument.

The float64 function, whose error is tested elsewhere, decides wherever both ends of an interval about its result round
to the same number; mpmath decides the rest. (`make prove` tries every float32, against MPFR.)
"""

from __future__ import annotations

import dataclasses

import ml_dtypes
import mpmath
import numpy as np
import pytest
from tests.references.exact import exact

import verhulst as vh
from verhulst.functions._registry import FUNCTIONS

STEP = 10_007  # a prime: 429,197 of the 2³² float32
BITS = 900  # the terms that break the ties of subnormal float32 are 2⁻²⁹⁸ and 2⁻⁴⁴⁷ of the result


@dataclasses.dataclass(frozen=True)
class Format:
    dtype: type
    precision: int
    least: int  # exponent of the smallest normal number
    largest: float

    def inputs(self) -> np.ndarray:
        if self.precision == 24:
            return np.arange(0, 1 << 32, STEP, dtype=np.uint64).astype(np.uint32).view(np.float32)
        return np.arange(1 << 16, dtype=np.uint16).view(self.dtype)

    def rounded(self, y: np.ndarray) -> np.ndarray:
        """float64 to the nearest number of the format, ties to even, as float64."""
        exponent = np.maximum(np.frexp(y)[1] - 1, self.least) - (self.precision - 1)
        near = np.ldexp(np.rint(np.ldexp(y, -exponent)), exponent)
        return np.where(np.abs(near) > self.largest, np.copysign(np.inf, near), near)

    def rounded_exactly(self, y: mpmath.mpf) -> float:
        exponent = max(mpmath.frexp(y)[1] - 1, self.least) - (self.precision - 1)
        units = mpmath.ldexp(y, -exponent)
        below = mpmath.floor(units)
        rest = units - below
        up = rest > 0.5 or (rest == 0.5 and int(below) % 2 == 1)
        near = abs(float(mpmath.ldexp(below + up, exponent)))
        return float(np.copysign(near if near <= self.largest else np.inf, float(mpmath.sign(y))))


FORMATS = {
    "float16": Format(np.float16, 11, -14, 65504.0),
    "bfloat16": Format(ml_dtypes.bfloat16, 8, -126, float(ml_dtypes.finfo(ml_dtypes.bfloat16).max)),
    "float32": Format(np.float32, 24, -126, float(np.finfo(np.float32).max)),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_correctly_rounded(name: str, form: str) -> None:
    form_ = FORMATS[form]
    x = form_.inputs()
    with np.errstate(invalid="ignore"):  # signalling nans
        wide = x.astype(np.float64)
    wide[np.isnan(wide)] = np.nan
    y = getattr(vh, name)(wide)
    slack = 2.0**-50 * np.where(np.isfinite(y), np.abs(y), 0)
    slack[np.abs(wide) < 4] += 4 * FUNCTIONS[name].absolute  # near a root it is not known relatively
    expected, other = form_.rounded(y - slack), form_.rounded(y + slack)
    zero = (expected == 0) & (y == 0)
    expected[zero] = y[zero]  # the sign of an exact zero
    undecided = np.flatnonzero((expected != other) & np.isfinite(y))
    assert len(undecided) < 4000, "too many for mpmath"
    with mpmath.workprec(BITS):
        for i in undecided:
            expected[i] = form_.rounded_exactly(exact(name)(mpmath.mpf(wide[i])))
    got = getattr(vh, name)(x)
    assert got.dtype == x.dtype
    got = got.astype(np.float64)
    right = (got == expected) & ((got != 0) | (np.signbit(got) == np.signbit(expected)))
    wrong = ~(right | (np.isnan(got) & np.isnan(expected)))
    assert not wrong.any(), list(zip(wide[wrong][:5], got[wrong][:5], expected[wrong][:5], strict=True))
