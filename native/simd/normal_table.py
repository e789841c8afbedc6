"""Writes normal_table.hpp: S(a) = exp(a^2/2) Q(a), Q the upper tail of the normal distribution, as 16 polynomials.

`python native/simd/normal_table.py > native/simd/normal_table.hpp`; needs mpmath and NumPy.

Interval j holds the a for which the leading bits of a + 3 (two of the fraction) count j steps from those of 3.
On each, S is interpolated at 17 Chebyshev nodes at 400 bits and expanded about the centre: S(centre + d) = sum c_n d^n.
The first four coefficients are kept as pairs. For narrow formats there is a second set, `normal_quick`: intervals by
the leading bits of a + 1, up to a = 15, and polynomials of degree 10.

For vectors of floats (normal_floats.hpp), which divide anyway, G = 1/S: it is nearly a straight line, so that only its
slope needs a pair. 16 intervals by the leading bits of a + 7/8, the first about 0, the others about a float at which G
is nearly a float (as in S. Gal's tables, ACM TOMS 17 (1991)); or 32, with one bit more and a + 15/16. The error is
found with the coefficients as they are and with every rounding of the evaluation at its largest.
"""

import itertools
from collections.abc import Callable

import mpmath as mp
import numpy as np

mp.mp.prec = 400
DEGREE, QUICK_DEGREE = 16, 10
PAIRS = 4
QUICK_EDGES = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 9, 11, 13, 15]
FLOAT_REACH = 11.3  # a^2/2 < 64
EDGES = [0, 0.5, 1, 2, 3, 4, 5, 7, 9, 11, 13, 17, 21, 25, 29, 37, 45]


def scaled_tail(a: mp.mpf) -> mp.mpf:
    return mp.erfc(a / mp.sqrt(2)) * mp.exp(a * a / 2) / 2


def reciprocal(a: mp.mpf) -> mp.mpf:
    return 1 / scaled_tail(a)


def coefficients(
    low: mp.mpf,
    high: mp.mpf,
    degree: int,
    function: Callable[[mp.mpf], mp.mpf] = scaled_tail,
    centre: mp.mpf | None = None,
) -> list[mp.mpf]:
    centre, half = (low + high) / 2 if centre is None else centre, (high - low) / 2
    nodes = [mp.cos(mp.pi * (2 * k + 1) / (2 * degree + 2)) for k in range(degree + 1)]
    powers = mp.matrix([[x**n for n in range(degree + 1)] for x in nodes])
    scaled = mp.lu_solve(powers, mp.matrix([function(centre + half * x) for x in nodes]))
    return [scaled[n] / half**n for n in range(degree + 1)]


def relative_error(low: mp.mpf, high: mp.mpf, c: list[mp.mpf]) -> mp.mpf:
    centre, half = (low + high) / 2, (high - low) / 2
    points = [half * mp.cos(mp.pi * k / 200) for k in range(201)]
    return max(abs(mp.polyval(c[::-1], d) / scaled_tail(centre + d) - 1) for d in points)


def array(name: str, values: list[float]) -> str:
    rows = [", ".join(v.hex() for v in values[i : i + 4]) for i in range(0, 16, 4)]
    return f"alignas(64) constexpr double {name}[16] = {{\n    " + ",\n    ".join(rows) + "};\n"


def polynomials(name: str, edges: list[float], degree: int, pairs: int) -> None:
    intervals = [(mp.mpf(a), mp.mpf(b)) for a, b in itertools.pairwise(edges)]
    c = [coefficients(*i, degree) for i in intervals]
    worst = max(relative_error(*i, x) for i, x in zip(intervals, c, strict=True))
    print(f"namespace verhulst::{name} {{\n")
    print(f"// Largest relative error of a polynomial, its coefficients unrounded: 2^{float(mp.log(worst, 2)):.1f}.")
    print(array("centre", [float((low + high) / 2) for low, high in intervals]))
    for n in range(degree + 1):
        hi = [float(x[n]) for x in c]
        print(array(f"c{n}", hi))
        if n < pairs:
            print(array(f"c{n}_lo", [float(x[n] - h) for x, h in zip(c, hi, strict=True)]))
    print(f"}}  // namespace verhulst::{name}")


def float_centre(low: mp.mpf, high: mp.mpf) -> mp.mpf:
    """A float near the middle, and not above twice the lower end, so that a - centre is exact."""
    if low < 0:
        return mp.mpf(0)  # where G is 2
    middle = np.float32(float((low + high) / 2))
    near = (middle.view(np.int32) + np.arange(-49_000, 49_001, 49, dtype=np.int32)).view(np.float32)
    tried = [mp.mpf(float(x)) for x in near if float(x) <= 2 * low]
    return min(tried, key=lambda x: abs(reciprocal(x) - split(reciprocal(x))[0]) / reciprocal(x))


def float_error(low: mp.mpf, high: mp.mpf, centre: mp.mpf, c: list[mp.mpf]) -> mp.mpf:
    """Of (c0 + c1 d) + d (c1_lo + d (c2 + ...)), where the second part rounds."""
    c0, (c1, c1_lo) = split(c[0])[0], split(c[1])
    rests = [c1_lo, *(split(x)[0] for x in c[2:])]
    worst = mp.mpf(0)
    for k in range(201):
        a = (low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * k / 200)
        d = a - centre
        partial = rounded = mp.mpf(0)
        for rest in reversed(rests):
            partial = partial * d + rest
            rounded = rounded * abs(d) + abs(partial)
        exact = reciprocal(a)
        if 0 <= a <= FLOAT_REACH:  # d times it is rounded, and so is the sum of that with what c0 + c1 d lost
            rounded = mp.mpf(2) ** -24 * (rounded + 2 * abs(partial)) * abs(d)
            worst = max(worst, (abs(c0 + c1 * d + d * partial - exact) + rounded) / exact)
    return worst


def split(x: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    hi = mp.mpf(float(np.float32(float(x))))
    return hi, mp.mpf(float(np.float32(float(x - hi))))


def float_array(name: str, values: list[mp.mpf]) -> str:
    numbers = [float(np.float32(float(v))).hex() for v in values]
    short = [n.replace("0000000p", "p") + "f" for n in numbers]
    rows = [", ".join(short[i : i + 8]) for i in range(0, len(short), 8)]
    return f"alignas(64) constexpr float {name}[{len(values)}] = {{\n    " + ",\n    ".join(rows) + "};\n"


def float_polynomials(name: str, bits: int, degree: int) -> None:
    n = 2**bits
    edges = [2.0**k * (1 + mp.mpf(j) / n) - (1 - mp.mpf(1) / (2 * n)) for k in range(4) for j in range(n)]
    first = mp.mpf(-1) / (2 * n)  # counted as the last of all, which is out of reach
    intervals = [*itertools.pairwise(edges), (first, -first)]
    centres = [float_centre(*i) for i in intervals]
    c = [coefficients(*i, degree, reciprocal, centre) for i, centre in zip(intervals, centres, strict=True)]
    worst = max(float_error(*i, *x) for i, *x in zip(intervals, centres, c, strict=True))
    print(f"\nnamespace verhulst::{name} {{\n")
    print(f"// Largest relative error where a <= {FLOAT_REACH}, roundings and all: 2^{float(mp.log(worst, 2)):.2f}.")
    print(float_array("centre", centres))
    for k in range(degree + 1):
        print(float_array(f"c{k}", [split(x[k])[0] for x in c]))
        if k == 1:
            print(float_array("c1_lo", [split(x[k])[1] for x in c]))
    print(f"}}  // namespace verhulst::{name}")


def main() -> None:
    print("// Written by normal_table.py: the polynomials of normal_pair.hpp.")
    print("#pragma once\n")
    polynomials("normal", EDGES, DEGREE, PAIRS)
    print()
    polynomials("normal_quick", QUICK_EDGES, QUICK_DEGREE, 0)
    float_polynomials("normal_floats_16", 2, 6)
    float_polynomials("normal_floats_32", 3, 5)


if __name__ == "__main__":
    main()
