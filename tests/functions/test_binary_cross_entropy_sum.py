"""The summed losses and their gradients in one read: rounded once, the same bits everywhere."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

import ml_dtypes
import mpmath
import numpy as np
import pytest
from tests.levels import OTHER_LEVELS, run_at

import verhulst as vh
from verhulst import _core

TYPES = {"float16": np.float16, "bfloat16": ml_dtypes.bfloat16, "float32": np.float32, "float64": np.float64}
NEAREST = 0x1F80


def reduced(z, y, mean=True, scaled=True, with_gradient=True):
    """(sum or mean, gradient) from the core, in z's type."""
    gradient, out = np.empty_like(z), np.empty((), z.dtype)
    bits = [a.view(np.int16) if a.dtype == ml_dtypes.bfloat16 else a for a in (z, y, gradient, out)]
    _core.binary_cross_entropy_sum(bits[0], bits[1], bits[2] if with_gradient else None, bits[3], mean, scaled)
    return out[()], gradient


def case(dtype, n, seed=0, hard=True, spread=4.0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n) if hard else rng.uniform(0, 1, n)
    return rng.normal(0, spread, n).astype(dtype), y.astype(dtype)


def hostile(dtype, n, seed=0):
    """Logits and labels of every kind side by side: hard and soft, near and far, infinities with the right label."""
    rng = np.random.default_rng(seed)
    z, y = case(dtype, n, seed)
    soft = rng.random(n) < 0.3
    y[soft] = rng.uniform(0, 1, soft.sum()).astype(dtype)
    balanced = rng.random(n) < 0.1  # the gradient all but vanishes
    y[balanced] = vh.sigmoid(z[balanced])
    far = rng.random(n) < 0.1
    z[far] *= dtype(20)
    right = rng.random(n) < 0.1
    z[right] = np.where(y[right] < 0.5, -np.inf, np.inf).astype(dtype)
    y[right] = (y[right] >= 0.5).astype(dtype)
    return z, y


def exact_losses(z, y):
    """50-digit losses and gradients."""
    losses, gradients = [], []
    for a, b in zip(z.astype(float), y.astype(float), strict=True):
        if np.isinf(a):
            losses.append(mpmath.mpf(0))
            gradients.append(mpmath.mpf(0))
            continue
        a, b = mpmath.mpf(float(a)), mpmath.mpf(float(b))
        h, wrong = mpmath.exp(-abs(a)), (b if a < 0 else 1 - b)
        losses.append(wrong * abs(a) + mpmath.log1p(h))
        gradient = ((1 - wrong) * h - wrong) / (1 + h)
        gradients.append(gradient if a < 0 else -gradient)
    return losses, gradients


def nearest(exact, got, dtype):
    """Whether `got` is the number of that type nearest to `exact` (no tie among the cases)."""
    with np.errstate(over="ignore"):
        below, above = np.nextafter(got, dtype(-np.inf)), np.nextafter(got, dtype(np.inf))
    miss = abs(mpmath.mpf(float(got)) - exact)
    return miss <= abs(mpmath.mpf(float(below)) - exact) and miss <= abs(mpmath.mpf(float(above)) - exact)


@pytest.mark.parametrize("dtype", list(TYPES.values())[:3], ids=list(TYPES)[:3])
@pytest.mark.parametrize("make", [case, hostile])
@pytest.mark.parametrize("n", [1, 7, 64, 1000])
def test_narrow_types_are_rounded_once(dtype, make, n):
    with mpmath.workdps(50):
        z, y = make(dtype, n)
        losses, gradients = exact_losses(z, y)
        for mean in (False, True):
            total, gradient = reduced(z, y, mean, scaled=mean)
            divisor = n if mean else 1
            assert nearest(mpmath.fsum(losses) / divisor, total, dtype)
            for exact, got in zip(gradients, gradient, strict=True):
                assert nearest(exact / divisor, got, dtype)


@pytest.mark.parametrize("hard", [True, False])
def test_doubles(hard):
    z, y = case(np.float64, 3000, hard=hard)
    with mpmath.workdps(50):
        losses, gradients = exact_losses(z, y)
        total, gradient = reduced(z, y)
        exact = mpmath.fsum(losses) / 3000
        assert abs(mpmath.mpf(float(total)) - exact) <= 0.51 * np.spacing(total)
        for e, y_i, got in zip(gradients, y, gradient, strict=True):
            scale = max(abs(float(got)), 0 if hard else y_i / 3000)
            assert abs(mpmath.mpf(float(got)) - e / 3000) <= 0.51 * np.spacing(scale)
    np.testing.assert_array_equal(reduced(z, y, False, False)[1], vh.binary_cross_entropy_gradient(z, y))


def test_gradients_without_a_scale_are_the_function():
    for dtype in TYPES.values():
        z, y = hostile(dtype, 3001)
        expected = vh.binary_cross_entropy_gradient(z, y)
        np.testing.assert_array_equal(reduced(z, y, scaled=False)[1].view(np.uint8), expected.view(np.uint8))


def test_a_confident_batch_keeps_its_loss():
    z = np.full(1000, -20, np.float32)
    assert reduced(z, np.zeros_like(z))[0] == np.float32(2.0611537e-09)


@pytest.mark.parametrize(("rest", "expected"), [(-18, 2**24 + 2), (-40, 2**24 + 2), (-np.inf, 2**24)])
@pytest.mark.parametrize("n", [3, 100, 40_000])
def test_a_sum_on_a_tie_is_decided_by_what_is_left(rest, expected, n):
    # 2^24 + 1 lies half-way between two float32: what the last case costs, 2e-8, 4e-18 or nothing, decides.
    z = np.full(n, -np.inf, np.float32)
    z[[0, n // 2, n - 1]] = 2**23, 2**23 + 1, rest
    assert reduced(z, np.zeros_like(z), mean=False, scaled=False)[0] == np.float32(expected)


def test_infinite_and_missing_logits():
    z, y = case(np.float32, 100)
    for bad, label, expected in ((np.inf, 0, np.inf), (-np.inf, 1, np.inf), (np.nan, 0, np.nan), (0, 2, np.nan)):
        z[50], y[50] = bad, label
        total, gradient = reduced(z, y)
        np.testing.assert_equal(float(total), expected)
        assert np.isnan(gradient).sum() == np.isnan(expected)


@pytest.mark.parametrize("dtype", TYPES.values(), ids=TYPES)
def test_nothing_to_sum(dtype):
    empty = np.empty(0, dtype)
    assert np.isnan(reduced(empty, empty)[0])
    assert reduced(empty, empty, mean=False)[0] == 0


def results(n=70_001):
    """Bits of sums, means and gradients of ordinary and hostile cases of every type."""
    pieces = []
    for dtype in TYPES.values():
        for make in (case, hostile):
            z, y = make(dtype, n)
            for mean in (False, True):
                for with_gradient in (False, True):
                    total, gradient = reduced(z, y, mean, mean, with_gradient)
                    pieces += [total.tobytes(), gradient.tobytes() if with_gradient else b""]
            pieces += [reduced(z[a : a + m], y[a : a + m])[0].tobytes() for a in range(20) for m in range(1, 70, 3)]
    return pieces


def digest():
    return hashlib.sha256(b"".join(results(5000))).hexdigest()


@pytest.mark.parametrize("level", OTHER_LEVELS)
def test_the_same_bits_at_every_level(level):
    script = f"import runpy; print(runpy.run_path({__file__!r})['digest']())"
    assert run_at(level, "-c", script).strip() == digest()


@pytest.fixture
def threads_given_back() -> Iterator[None]:
    yield
    vh.set_num_threads(1)


@pytest.mark.usefixtures("threads_given_back")
def test_the_same_bits_for_any_number_of_threads():
    expected = results()
    for threads in (2, 3):
        vh.set_num_threads(threads)
        assert results() == expected


@pytest.mark.parametrize("dtype", TYPES.values(), ids=TYPES)
def test_offset_and_a_gradient_change_no_bit(dtype):
    z, y = hostile(dtype, 300)
    whole = reduced(z, y, scaled=False)[1]
    for offset in range(40):
        total, gradient = reduced(z[offset:], y[offset:], scaled=False)
        assert gradient.tobytes() == whole[offset:].tobytes()
        assert reduced(z[offset:].copy(), y[offset:].copy(), with_gradient=False)[0].tobytes() == total.tobytes()


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the control word is x86's")
@pytest.mark.parametrize("word", [0x8040 | NEAREST, 0x4000 | NEAREST, 0x2000 | NEAREST, 0x6000 | NEAREST])
def test_environment_of_the_caller(word):
    for dtype in TYPES.values():
        z, y = hostile(dtype, 1001)
        expected = reduced(z, y)
        gradient, out = np.empty_like(z), np.empty((), dtype)
        bits = [a.view(np.int16) if dtype == ml_dtypes.bfloat16 else a for a in (z, y, gradient, out)]
        before = _core._exchange_control_word(word)
        _core.binary_cross_entropy_sum(*bits, True, True)
        after = _core._exchange_control_word(before)
        assert after == word
        assert out.tobytes() == expected[0].tobytes()
        assert gradient.tobytes() == expected[1].tobytes()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda a: [a[0], a[1][:-1], a[2], a[3]], "y"),
        (lambda a: [a[0], a[1], a[2].astype(np.float64), a[3]], "gradient"),
        (lambda a: [a[0][::2], *a[1:]], "z"),
        (lambda a: [a[0].astype(int), *a[1:]], "z"),
        (lambda a: [*a[:3], np.empty(2, np.float32)], "out"),
        (lambda a: [[1.0], *a[1:]], "z"),
    ],
)
def test_arrays_that_do_not_fit(change, name):
    z, y = case(np.float32, 8)
    with pytest.raises(ValueError, match=f"^{name} must be a contiguous array"):
        _core.binary_cross_entropy_sum(*change([z, y, np.empty_like(z), np.empty((), np.float32)]), True, True)
    z.flags.writeable = False
    with pytest.raises(ValueError, match=r"^gradient must be"):
        _core.binary_cross_entropy_sum(z, y, z, np.empty((), np.float32), True, True)
