"""Print the tables and polynomials of log_floats.hpp, and the error that it states.

python native/simd/log_floats.py
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

import mpmath
import numpy as np

mpmath.mp.prec = 300
FIRST = 17 / 24  # the octave begins here, so that 1 lies inside a step, with as much room above as below


def float_of(bits: int) -> np.float32:
    return np.uint32(bits).view(np.float32)


def bits_of(number: float) -> int:
    return int(np.float32(number).view(np.uint32))


def near(middle: float, reach: int, fits: Callable[[float], bool] = bool) -> tuple[float, float, float]:
    """Of the floats near 1/middle the one, c, with the smallest error of float(log(1/c)): the error, c, and that."""
    tried = []
    for bits in range(bits_of(1 / middle) - reach, bits_of(1 / middle) + reach + 1):
        c = float(float_of(bits))
        if fits(c):
            exact = -mpmath.log(mpmath.mpf(c))
            rounded = float(np.float32(float(exact)))
            tried.append((float(abs(exact - rounded)), c, rounded))
    return min(tried)


def exact(c: float, low: float, high: float) -> bool:
    """Whether c - 1 and p + (c - 1), p = float(c h), low <= h <= high, are floats: small multiples of ulp(p)."""
    unit = float(np.spacing(np.float32(c * low)))
    return c >= 0.5 and max(abs(c * (1 + low) - 1), abs(c * (1 + high) - 1)) + unit <= 2**24 * unit


def unit_table(n: int, reach: int) -> list[tuple[tuple[float, float], tuple[float, float, float]]]:
    """For each step of 1 + h, h in [0, 1], its ends, the error of log(1/c), c and log(1/c)."""
    steps = [(1 + max(0.0, j - 0.5) / (n - 1), 1 + min(n - 1.0, j + 0.5) / (n - 1)) for j in range(n)]
    one = (0.0, 1.0, 0.0)
    return [
        ((low, high), one if low == 1 else near((low + high) / 2, reach, partial(exact, low=low - 1, high=high - 1)))
        for low, high in steps
    ]


def ratio_table() -> list[tuple[float, float, float]]:
    """For each of 8 steps of an octave c, 18 bits after the point, and log(1/c) to 20 such bits and the rest, small."""
    edges = [float(float_of(bits_of(FIRST) + j * (1 << 20))) for j in range(9)]
    found = []
    for low, high in itertools.pairwise(edges):
        middle = round(2.0**18 / np.sqrt(low * high))
        tried = [1.0] if low < 1 < high else [(middle + i) * 2.0**-18 for i in range(-786, 786)]
        c = min(tried, key=lambda c: abs(np.log(c) - round(np.log(c) * 2.0**20) * 2.0**-20))
        exact = -mpmath.log(mpmath.mpf(c))
        leading = mpmath.nint(exact * 2**20) / 2**20
        found.append((c, float(leading), float(np.float32(float(exact - leading)))))
    return found


def cubic_rest(r: mpmath.mpf) -> mpmath.mpf:
    return (mpmath.log1p(r) - r + r * r / 2) / r**3


def polynomial(degree: int, reach: float, relative_to: float) -> list[float]:
    """Float coefficients of P that nearly minimise |r^3 (P - cubic_rest)|/max(|r|, relative_to) for |r| <= reach."""
    r = reach * np.cos(np.pi * (np.arange(200) + 0.5) / 200)
    exact = np.array([float(cubic_rest(mpmath.mpf(x))) for x in r])
    scale = np.abs(r) ** 3 / np.maximum(np.abs(r), relative_to)
    weight, found = np.ones_like(r), []
    for _ in range(60):  # Lawson's iteration; the coefficients are rounded one by one, and the others fitted again
        w, fixed = np.sqrt(weight) * scale, []
        for k in range(degree + 1):
            rest = exact - sum(c * r**i for i, c in enumerate(fixed))
            powers = np.stack([r**i for i in range(k, degree + 1)], axis=1)
            fixed.append(float(np.float32(np.linalg.lstsq(powers * w[:, None], rest * w, rcond=None)[0][0])))
        error = scale * np.abs(exact - sum(c * r**i for i, c in enumerate(fixed)))
        found.append((error.max(), fixed))
        weight = weight * error / (weight * error).sum()
    return min(found)[1]


def bound(r: float, error: float, coefficients: list[float]) -> float:
    """Of the logarithm: that of log(1/c), roundings of r^2, r P and P, and the polynomial."""
    if r == 0:
        return error
    off = sum(mpmath.mpf(c) * mpmath.mpf(r) ** i for i, c in enumerate(coefficients)) - cubic_rest(mpmath.mpf(r))
    roundings = 2 * 2.0**-24 / 3 * 1.05 + 2.0**-26 + abs(r) * 2.0**-26
    return error + abs(r) ** 3 * (roundings + float(abs(off)))


def as_hex(number: float) -> str:
    digits, exponent = float(number).hex().split("p")
    whole, fraction = digits.split(".")
    return f"{whole}.{fraction[:6].ljust(6, '0')}p{exponent}f"


for n, degree, reach in ((8, 4, 20000), (32, 2, 9000)):
    steps = unit_table(n, reach)
    widest = max(abs(c * m - 1) for ends, (_, c, _) in steps for m in ends)
    coefficients = polynomial(degree, widest * 1.0001, 1 / (2 * (n - 1)))
    worst = max(
        bound(c * m - 1, error, coefficients) / abs(np.log(m))
        for ends, (error, c, _) in steps
        for m in np.linspace(*ends, 200)
        if m != 1
    )
    print(f"n = {n}: |r| <= 1/{1 / widest:.2f}, relative error 2^{np.log2(worst):.2f}")
    print("P:", ", ".join(map(as_hex, coefficients)))
    print("unit c:", ", ".join(as_hex(c) for _, (_, c, _) in steps))
    print("unit log(1/c):", ", ".join(as_hex(log) for _, (_, _, log) in steps))

for name, column in zip(("c", "log(1/c)", "rest"), zip(*ratio_table(), strict=True), strict=True):
    print(f"ratio {name}:", ", ".join(map(as_hex, column)))
