"""Writes normal_table.hpp: S(a) = exp(a^2/2) Q(a), Q the upper tail of the normal distribution, as 16 polynomials.

`python native/simd/normal_table.py > native/simd/normal_table.hpp`; needs mpmath.

Interval j holds the a for which the leading bits of a + 3 (two of the fraction) count j steps from those of 3.
On each, S is interpolated at 17 Chebyshev nodes at 400 bits and expanded about the centre: S(centre + d) = sum c_n d^n.
The first four coefficients are kept as pairs. For narrow formats there is a second set, `normal_quick`: intervals by
the leading bits of a + 1, up to a = 15, and polynomials of degree 10.
"""

import itertools

import mpmath as mp

mp.mp.prec = 400
DEGREE, QUICK_DEGREE = 16, 10
PAIRS = 4
QUICK_EDGES = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 9, 11, 13, 15]
EDGES = [0, 0.5, 1, 2, 3, 4, 5, 7, 9, 11, 13, 17, 21, 25, 29, 37, 45]


def scaled_tail(a: mp.mpf) -> mp.mpf:
    return mp.erfc(a / mp.sqrt(2)) * mp.exp(a * a / 2) / 2


def coefficients(low: mp.mpf, high: mp.mpf, degree: int) -> list[mp.mpf]:
    centre, half = (low + high) / 2, (high - low) / 2
    nodes = [mp.cos(mp.pi * (2 * k + 1) / (2 * degree + 2)) for k in range(degree + 1)]
    powers = mp.matrix([[x**n for n in range(degree + 1)] for x in nodes])
    scaled = mp.lu_solve(powers, mp.matrix([scaled_tail(centre + half * x) for x in nodes]))
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


def main() -> None:
    print("// Written by normal_table.py: the polynomials of normal_pair.hpp.")
    print("#pragma once\n")
    polynomials("normal", EDGES, DEGREE, PAIRS)
    print()
    polynomials("normal_quick", QUICK_EDGES, QUICK_DEGREE, 0)


if __name__ == "__main__":
    main()
