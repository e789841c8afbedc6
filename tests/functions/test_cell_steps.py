"""The steps of recurrent cells and their gradients, to what their files state. (Levels: test_same_bits.)"""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import verhulst as vh
from verhulst.functions._cell_steps import gru_gradient, gru_step, lstm_gradient, lstm_step

RNG = np.random.default_rng(20261126)
N = 400


def gate(z):
    return 1 / (1 + mpmath.exp(-z))


def misses(got, exact, scale, dtype):
    """|got - exact| in units of the last place of the larger of `got` and 2^-4 of the scale of its terms."""
    return [
        float(abs(mpmath.mpf(float(g)) - e) / mpmath.mpf(float(np.spacing(dtype(max(abs(float(g)), float(s)))))))
        for g, e, s in zip(got, exact, scale, strict=True)
    ]


def arguments(count, dtype, spread):
    return [RNG.normal(0, spread, N).astype(dtype) for _ in range(count)]


@pytest.mark.parametrize("spread", [0.01, 1, 12])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_lstm(dtype, spread):
    z = arguments(5, dtype, spread)
    h, c = lstm_step(*z)
    assert h.dtype == c.dtype == dtype
    with mpmath.workdps(60):
        values = [[mpmath.mpf(float(a)) for a in part] for part in z]
        kept = [gate(f) * state for f, state in zip(values[1], values[4], strict=True)]
        added = [gate(i) * mpmath.tanh(g) for i, g in zip(values[0], values[2], strict=True)]
        exact_c = [a + b for a, b in zip(kept, added, strict=True)]
        exact_h = [gate(o) * mpmath.tanh(mpmath.mpf(float(s))) for o, s in zip(values[3], c, strict=True)]
        scale = [(abs(a) + abs(b)) / (1 if dtype == np.float64 else 2**20) for a, b in zip(kept, added, strict=True)]
        assert max(misses(c, exact_c, scale, dtype)) <= 0.51
        assert max(misses(h, exact_h, [0] * N, dtype)) <= 0.51


@pytest.mark.parametrize("spread", [0.01, 1, 12])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_gru(dtype, spread):
    z = arguments(7, dtype, spread)
    got = gru_step(*z)
    assert got.dtype == dtype
    with mpmath.workdps(60):
        exact, scale = [], []
        for a_r, a_z, a_n, b_r, b_z, b_n, h in zip(*z, strict=True):
            update = gate(mpmath.mpf(float(a_z)) + float(b_z))
            reset = gate(mpmath.mpf(float(a_r)) + float(b_r)) * float(b_n)
            n = mpmath.tanh(float(a_n) + reset)
            exact.append((1 - update) * n + update * float(h))
            terms = (1 - update) * (abs(n) + abs(reset)) + update * abs(float(h))
            scale.append(terms / (1 if dtype == np.float64 else 2**20))
        assert max(misses(got, exact, scale, dtype)) <= 0.51


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_terms_that_cancel(dtype):
    f, i, g = arguments(3, dtype, 1)
    o = np.zeros_like(f)
    c = (-np.tanh(g.astype(float)) * (1 + np.exp(-f.astype(float))) / (1 + np.exp(-i.astype(float)))).astype(dtype)
    _, new_c = lstm_step(i, f, g, o, c)
    with mpmath.workdps(60):
        for values in zip(i, f, g, c, new_c, strict=True):
            i_k, f_k, g_k, c_k, got = (mpmath.mpf(float(v)) for v in values)
            exact = gate(f_k) * c_k + gate(i_k) * mpmath.tanh(g_k)
            known = 2.0 ** (-57 if dtype == np.float64 else -41)  # of the terms, before the rounding
            allowed = 0.51 * float(np.spacing(dtype(abs(float(got))))) + known * float(abs(c_k))
            assert abs(got - exact) <= allowed


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_ends(dtype):
    inf, nan = np.inf, np.nan
    closed, open_ = dtype(-inf), dtype(inf)

    def lstm(*z):
        return [v.item() for v in lstm_step(*(np.array([a], dtype) for a in z))]

    np.testing.assert_equal(lstm(closed, open_, 1, open_, 0.5), [float(vh.tanh(dtype(0.5))), 0.5])
    np.testing.assert_equal(lstm(open_, closed, inf, open_, 3), [float(vh.tanh(dtype(1))), 1.0])
    np.testing.assert_equal(lstm(0, open_, 0, closed, 0.5)[1], 0.5)
    np.testing.assert_equal(lstm(0, open_, 0, 0, inf), [0.5, inf])
    np.testing.assert_equal(lstm(0, 0, 0, 0, 0), [0, 0])
    for k in range(5):
        z = [np.array([0.5], dtype)] * 5
        z[k] = np.array([nan], dtype)
        assert np.isnan(lstm_step(*z)[0])
    for k in range(7):
        z = [np.array([0.5], dtype)] * 7
        z[k] = np.array([nan], dtype)
        assert np.isnan(gru_step(*z))

    def gru(*z):
        return gru_step(*(np.array([a], dtype) for a in z)).item()

    assert gru(0, inf, 3, 0, 0, 2, 0.25) == 0.25
    assert gru(0, -inf, inf, 0, 0, 2, 0.25) == 1.0
    assert gru(0, 0, 0, 0, 0, 0, 0) == 0


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_rows_that_lie_apart(dtype):
    side_by_side = RNG.normal(0, 3, (5, 3, 4 * 37)).astype(dtype)
    c = RNG.normal(0, 1, (3, 37)).astype(dtype)  # the same for all five
    parts = [side_by_side[..., k * 37 : (k + 1) * 37] for k in range(4)]
    h, new_c = lstm_step(*parts, c)
    assert h.shape == new_c.shape == (5, 3, 37)
    alone = lstm_step(*(p.ravel() for p in parts), np.broadcast_to(c, h.shape).ravel())
    np.testing.assert_array_equal(h.ravel(), alone[0])
    np.testing.assert_array_equal(new_c.ravel(), alone[1])
    np.testing.assert_array_equal(lstm_step(*(p[:, ::-1, ::-2] for p in parts), c[::-1, ::-2])[0], h[:, ::-1, ::-2])


def slope(z):
    e = mpmath.exp(-2 * abs(z))
    return 4 * e / (1 + e) ** 2


def opening(z):
    return gate(z) * gate(-z)


def exact_lstm_gradient(i, f, g, o, c, new_c, by_h, by_c):
    """Each gradient with the sum of its terms' magnitudes."""
    one, other = by_h * gate(o) * slope(new_c), by_c
    rest = (mpmath.tanh(g) * opening(i), c * opening(f), gate(i) * slope(g), gate(f))
    by_i, by_f, by_g, to_c = (((one + other) * r, (abs(one) + abs(other)) * abs(r)) for r in rest)
    by_o = by_h * mpmath.tanh(new_c) * opening(o)
    return by_i, by_f, by_g, (by_o, abs(by_o)), to_c


def exact_gru_gradient(a_r, a_z, a_n, b_r, b_z, b_n, h, y):
    r, z = gate(a_r + b_r), a_z + b_z
    x = a_n + r * b_n
    spread = 1 + abs(r * b_n) + abs(a_n)
    by_n = y * gate(-z) * slope(x)
    products = (by_n * b_n * opening(a_r + b_r), by_n, by_n * r, y * gate(z))
    by_r, by_a, by_b, by_h = ((p, abs(p) * spread) for p in products)
    n = mpmath.tanh(x)
    by_z = (y * (h - n) * opening(z), abs(y) * (abs(h) + abs(n) * spread) * opening(z))
    return by_r, by_z, by_a, by_r, by_z, by_b, by_h


@pytest.mark.parametrize("spread", [0.01, 1, 12, 60])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(("step", "exact"), [(lstm_gradient, exact_lstm_gradient), (gru_gradient, exact_gru_gradient)])
def test_gradients(step, exact, dtype, spread):
    z = [x[:150] for x in arguments(8, dtype, spread)]
    results = step(*z)
    assert all(y.dtype == dtype for y in results)
    known = 2.0 ** (-56 if dtype == np.float64 else -39)  # of the terms, before the rounding
    with mpmath.workdps(60):
        for k, row in enumerate(zip(*z, strict=True)):
            for y, (wanted, size) in zip(results, exact(*(mpmath.mpf(float(x)) for x in row)), strict=True):
                got = mpmath.mpf(float(y[k]))
                allowed = 0.51 * float(np.spacing(dtype(abs(float(y[k]))))) + known * size
                assert abs(got - wanted) <= allowed
