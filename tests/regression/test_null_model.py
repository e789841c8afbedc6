"""The model without columns has all its digits however rare either outcome is, from arrays and from parts."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from verhulst.data.column_matrix import ColumnMatrix
from verhulst.data.parts import PartsHere
from verhulst.regression import fit, fit_multinomial
from verhulst.regression.observations import observations
from verhulst.regression.parted_observations import parted_observations
from verhulst.regression.rows import Rows

N = 20
LARGE = [1.0, 1e9, 1e15, 1e40]
RNG = np.random.default_rng(3)
Y = (RNG.random(N) < 0.5).astype(float)
X = RNG.normal(size=(N, 1))
OFFSETS = {"none": None, "constant": np.full(N, 0.75), "any": RNG.normal(size=N)}


def height(y, weight, offset):
    """The largest log-likelihood of an intercept, in 80 digits."""
    with mpmath.workdps(80):
        rows = [tuple(map(mpmath.mpf, map(float, row))) for row in zip(y, weight, offset, strict=True)]
        b = mpmath.log(mpmath.fsum(w * t for t, w, _ in rows) / mpmath.fsum(w * (1 - t) for t, w, _ in rows))
        b -= rows[0][2]
        step = 1
        while abs(step) > 1e-30:
            p = [1 / (1 + mpmath.exp(-b - o)) for _, _, o in rows]
            score = mpmath.fsum(w * (t - q) for (t, w, _), q in zip(rows, p, strict=True))
            step = score / mpmath.fsum(w * q * (1 - q) for (_, w, _), q in zip(rows, p, strict=True))
            b += max(min(step, 1), -1)
        return float(
            mpmath.fsum(
                -w * t * mpmath.log1p(mpmath.exp(-b - o)) - w * (1 - t) * mpmath.log1p(mpmath.exp(b + o))
                for t, w, o in rows
            )
        )


@pytest.mark.parametrize("offsets", OFFSETS)
@pytest.mark.parametrize("rare", [0, 1])
@pytest.mark.parametrize("large", LARGE)
def test_null_log_likelihood(large, rare, offsets):
    weight, offset = np.where(rare == Y, 1.0, large), OFFSETS[offsets]
    right = height(Y, weight, np.zeros(N) if offset is None else offset)
    parts = [
        Rows(
            ColumnMatrix(((X[rows, 0].copy(),),), np.array([(0, -1)]), (0,)),
            Y[rows].astype(np.uint8),
            weight[rows].copy(),
            None if offset is None else offset[rows].copy(),
            np.zeros(1),
            np.ones(1),
            True,
        )
        for rows in (slice(None, 9), slice(9, None))
    ]
    parted = parted_observations(PartsHere(tuple(parts)), parts[0].X[:0], ["a"], 1 << 30)
    for data in (observations(X, Y, weight, offset), parted):
        found = data.null_log_likelihood(data.null_intercept()) * 2.0**data.weight_exponent
        np.testing.assert_allclose(found, right, rtol=1e-13)


@pytest.mark.parametrize("rare", [0, 1])
@pytest.mark.parametrize("large", LARGE)
def test_what_a_fit_says(large, rare):
    weight = np.where(rare == Y, 1.0, large)
    right = height(Y, weight, np.zeros(N))
    assert fit(X, Y, weight).null_log_likelihood == pytest.approx(right, rel=1e-13)
    assert fit_multinomial(X, Y, weight).null_log_likelihood == pytest.approx(right, rel=1e-13)


@pytest.mark.parametrize("short", [0.3, 1e-3, 1e-9, 1e-14])
def test_shares_that_are_nearly_1(short):
    y = 1 - short * RNG.random(N)
    assert fit(X, y).null_log_likelihood == pytest.approx(height(y, np.ones(N), np.zeros(N)), rel=1e-13)
