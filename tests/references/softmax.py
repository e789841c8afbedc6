"""Softmax, the cross-entropy over classes and their derivatives in mpmath, with the size that errors are told in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import mpmath
import numpy as np
from mpmath import fsum, mpf

Row = list[mpf]
Derivative = Callable[[Row, Row], tuple[Row, Row]]


def exact(numbers: Sequence[float]) -> Row:
    return [mpf(float(x)) for x in numbers]


def softmax(z: Row) -> Row:
    e = [mpmath.exp(x - max(z)) for x in z]
    return [x / fsum(e) for x in e]


def softmax_change(z: Row, v: Row) -> tuple[Row, Row]:
    """p_i sum_j p_j (v_i - v_j) and p_i sum_j p_j |v_i - v_j|."""
    p = softmax(z)
    change, size = log_softmax_change(z, v)
    return [a * b for a, b in zip(p, change, strict=True)], [a * b for a, b in zip(p, size, strict=True)]


def log_softmax_change(z: Row, v: Row) -> tuple[Row, Row]:
    """sum_j p_j (v_i - v_j) and sum_j p_j |v_i - v_j|."""
    p = softmax(z)
    differences = [[a * (x - y) for a, y in zip(p, v, strict=True)] for x in v]
    return [fsum(row) for row in differences], [fsum(map(abs, row)) for row in differences]


def log_softmax_pullback(z: Row, g: Row) -> tuple[Row, Row]:
    """g_i (1 - p_i) - p_i (sum of the other g), and the same with signs that add up."""
    p = softmax(z)
    rest = [(fsum(p[:i] + p[i + 1 :]), g[:i] + g[i + 1 :]) for i in range(len(p))]
    exact = [x * q - a * fsum(others) for x, a, (q, others) in zip(g, p, rest, strict=True)]
    size = [abs(x) * q + a * fsum(map(abs, others)) for x, a, (q, others) in zip(g, p, rest, strict=True)]
    return exact, size


def cross_entropy(z: Row, y: Row) -> mpf:
    """-sum_k y_k log p_k."""
    most = max(z)
    log = mpmath.log(fsum(mpmath.exp(x - most) for x in z))
    return fsum(w * (log - (x - most)) for w, x in zip(y, z, strict=True) if w)


def cases(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows of logits with a direction: spread and sure ones, ties, directions one-hot, dense, and far from 0."""
    for n in (2, 3, 10, 20):
        for spread in (0.0, 1.0, 10.0, 60.0):
            z = rng.normal(0, spread, n)
            one_hot = np.eye(n)[int(np.argmax(z))]
            yield from ((z, one_hot), (z, np.eye(n)[n - 1]), (z, rng.normal(size=n)), (z, 1e3 + rng.normal(size=n)))
    yield from ((np.array([40.0, 0, 0]), np.array([1.0, 0, 0])), (np.array([17.0, 0, 0]), np.array([1.0, 0, 0])))
    yield np.array([0.0, 0, 0, -46]), np.array([1.0, 1, 1, 0])
