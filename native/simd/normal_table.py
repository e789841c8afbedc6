"""Writes normal_table.hpp: S(a) = exp(a^2/2) Q(a), Q the upper tail of the normal distribution, as 16 polynomials.

`python native/simd/normal_table.py > native/simd/normal_table.hpp`; needs mpmath.

Interval j holds the a for which the leading bits of a + 3 (two of the fraction) count j steps from those of 3.
On each, S is interpolated at 17 Chebyshev nodes at 400 bits and expanded about the centre: S(centre + d) = sum c_n d^n.
The first four coefficients are kept as pairs.
"""

import itertools

import mpmath as mp

mp.mp.prec = 400
DEGREE = 16
PAIRS = 4
EDGES = [0, 0.5, 1, 2, 3, 4, 5, 7, 9, 11, 13, 17, 21, 25, 29, 37, 45]


def scaled_tail(a: mp.mpf) -> mp.mpf:
    return mp.erfc(a / mp.sqrt(2)) * mp.exp(a * a / 2) / 2


def coefficients(low: mp.mpf, high: mp.mpf) -> list[mp.mpf]:
    centre, half = (low + high) / 2, (high - low) / 2
    nodes = [mp.cos(mp.pi * (2 * k + 1) / (2 * DEGREE + 2)) for k in range(DEGREE + 1)]
    powers = mp.matrix([[x**n for n in range(DEGREE + 1)] for x in nodes])
    scaled = mp.lu_solve(powers, mp.matrix([scaled_tail(centre + half * x) for x in nodes]))
    return [scaled[n] / half**n for n in range(DEGREE + 1)]


def relative_error(low: mp.mpf, high: mp.mpf, c: list[mp.mpf]) -> mp.mpf:
    centre, half = (low + high) / 2, (high - low) / 2
    points = [half * mp.cos(mp.pi * k / 200) for k in range(201)]
    return max(abs(mp.polyval(c[::-1], d) / scaled_tail(centre + d) - 1) for d in points)


def array(name: str, values: list[float], comment: str = "") -> str:
    rows = [", ".join(v.hex() for v in values[i : i + 4]) for i in range(0, 16, 4)]
    return f"alignas(64) constexpr double {name}[16] = {{{comment}\n    " + ",\n    ".join(rows) + "};\n"


def main() -> None:
    intervals = [(mp.mpf(a), mp.mpf(b)) for a, b in itertools.pairwise(EDGES)]
    c = [coefficients(*i) for i in intervals]
    worst = max(relative_error(*i, x) for i, x in zip(intervals, c, strict=True))
    print("// Written by normal_table.py: the polynomials of normal_pair.hpp.")
    error = f"2^{float(mp.log(worst, 2)):.1f}"
    print(f"// Largest relative error of a polynomial before its coefficients are rounded: {error}.")
    print("#pragma once\n\nnamespace verhulst::normal {\n")
    print(array("centre", [float((low + high) / 2) for low, high in intervals]))
    for n in range(DEGREE + 1):
        hi = [float(x[n]) for x in c]
        print(array(f"c{n}", hi))
        if n < PAIRS:
            print(array(f"c{n}_lo", [float(x[n] - h) for x, h in zip(c, hi, strict=True)]))
    print("}  // namespace verhulst::normal")


if __name__ == "__main__":
    main()
