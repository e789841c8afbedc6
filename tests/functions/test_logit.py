"""logit: errors about 1/2, 0 and 1, ends."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import verhulst as vh

RNG = np.random.default_rng(20261124)
N = 1500


def exact_logit(p):
    with mpmath.workprec(1300):  # 1 - p needs them
        ratio = p / (1 - p)
        offset = ratio - 1
    return mpmath.log1p(offset) if abs(offset) < 0.5 else mpmath.log(ratio)


@pytest.mark.parametrize(
    "p",
    [
        RNG.uniform(0, 1, N),
        0.5 + np.ldexp(RNG.uniform(-1, 1, N), RNG.integers(-53, -2, N)),
        np.ldexp(RNG.uniform(0.5, 1, N), RNG.integers(-1073, 0, N)),
        1 - np.ldexp(RNG.uniform(0.5, 1, N), RNG.integers(-52, 0, N)),
        np.array([np.nextafter(0.5, 0), np.nextafter(0.5, 1), np.nextafter(1.0, 0), 5e-324, 0.49775753042942006]),
        np.array([np.ldexp(1.0, -1000), np.nextafter(np.ldexp(1.0, -1000), 0), np.ldexp(1.0, -1022), 0.25, 0.75]),
    ],
    ids=["all", "half", "small", "near one", "hard", "seams"],
)
def test_within_half_a_unit(errors, p):
    assert errors(vh.logit(p), exact_logit, p).max() <= 0.51


def test_odd_about_a_half():
    d = np.ldexp(RNG.integers(1, 2**20, N).astype(float), -21)
    np.testing.assert_array_equal(vh.logit(0.5 + d), -vh.logit(0.5 - d))


def test_ends():
    got = vh.logit([-np.inf, -1e-300, -0.0, 0.0, 0.5, 1.0, np.nextafter(1.0, 2), 2.0, np.inf, np.nan])
    np.testing.assert_array_equal(got, [np.nan, np.nan, -np.inf, -np.inf, 0.0, np.inf, np.nan, np.nan, np.nan, np.nan])
    assert not np.signbit(got[4])


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_is_correctly_rounded(errors, dtype):
    info = np.finfo(dtype)
    small = np.ldexp(RNG.uniform(0.5, 1, N), RNG.integers(info.minexp - info.nmant + 1, 0, N))
    p = np.concatenate([RNG.uniform(0, 1, N), RNG.uniform(0.49, 0.51, N), small]).astype(dtype)
    p = p[(p > 0) & (p < 1)]
    assert vh.logit(p).dtype == dtype
    assert errors(vh.logit(p), exact_logit, p).max() <= 0.5


def test_hardest_float32_input(errors):
    p = np.array([float.fromhex("0x1.13986cp-22")], np.float32)
    assert errors(vh.logit(p), exact_logit, p).max() <= 0.5


def test_inverts_the_sigmoid():
    p = RNG.uniform(0.001, 0.999, N)
    np.testing.assert_allclose(vh.sigmoid(vh.logit(p)), p, rtol=1e-15)
