// The normal distribution's tail as an unevaluated pair of doubles, good to 2^-60.
//
// Q(a) = P(Z > a) = E S, with E = exp(-a^2/2) and S(a) = exp(a^2/2) Q(a), which falls slowly from 1/2 like 1/(a sqrt(2 pi)).
// Polynomials.  S on 16 intervals, each a polynomial of degree 16 in d = a - centre (normal_table.py): relative error
//               below 2^-64.6, and 2^-64 more from the rounding of the coefficients.
//               a - centre is exact for a >= 1/2 (Sterbenz). Below, centre = 1/4 and d_lo, the error of the difference,
//               goes in with S' = c1: the neglected d_lo c2 d is below 2^-55-2-3-... 2^-60 only where d is not small; it
//               is kept to first order with the slope at the point (see `slope`).
//               c4 ... c16 in plain double: the sum they make is below 2^-9.6 S, three quarters of an ulp of it below
//               2^-62.9 S. The last four steps are in pairs: 2^-100.
// Square.       a^2/2 = h + l exactly; exp takes the pair. exp_pair.hpp: 2^-62.8.
// Together: 2^-61.9 for Q.
#pragma once

#include "simd/exp_pair.hpp"
#include "simd/normal_table.hpp"

namespace verhulst::VERHULST_LEVEL {

namespace normal_distribution {

alignas(64) constexpr PairTable16 centre_c16{normal::centre, normal::c16};
alignas(64) constexpr PairTable16 c15_c14{normal::c15, normal::c14}, c13_c12{normal::c13, normal::c12},
    c11_c10{normal::c11, normal::c10}, c9_c8{normal::c9, normal::c8}, c7_c6{normal::c7, normal::c6},
    c5_c4{normal::c5, normal::c4};
alignas(64) constexpr PairTable16 c3{normal::c3, normal::c3_lo}, c2{normal::c2, normal::c2_lo},
    c1{normal::c1, normal::c1_lo}, c0{normal::c0, normal::c0_lo};

constexpr double one_over_sqrt_two_pi = 0x1.9884533d43651p-2;       // 1/sqrt(2 pi), nearest double
constexpr double one_over_sqrt_two_pi_lo = -0x1.cbc0d30ebfd15p-56;  // the rest, nearest double

}  // namespace normal_distribution

// c + d p, where |c| > |d p|.
static inline Pair horner(Pair c, Vec d, Pair p) {
    const Vec product = d * p.hi;
    const Vec error = fma(d, p.lo, fma(d, p.hi, -product));
    const Pair sum = fast_two_sum(c.hi, product);
    return {sum.hi, sum.lo + (error + c.lo)};
}

// S(a) = exp(a^2/2) Q(a) for 0 <= a <= 45; nan gives nan.
static inline Pair scaled_normal_tail(Vec a) {
    namespace table = normal_distribution;
    // The leading bits of a + 3: exponent and two bits of the fraction, counted from those of 3.
    const Bits index = shift_right<50>(bits(a + Vec(3.0))) - Bits(std::uint64_t{0x1002});
    Vec centre, p, even, odd;
    lookup16(table::centre_c16, index, centre, p);
    const Vec d = a - centre;
    const Vec d_lo = a - (d + centre);  // not zero in the first interval only, where |centre| > |d|
    const auto step = [&](const PairTable16& pair) {
        lookup16(pair, index, odd, even);
        p = fma(fma(p, d, odd), d, even);
    };
    step(table::c15_c14);
    step(table::c13_c12);
    step(table::c11_c10);
    step(table::c9_c8);
    step(table::c7_c6);
    step(table::c5_c4);
    const auto pair = [&](const PairTable16& c) {
        Pair found;
        lookup16(c, index, found.hi, found.lo);
        return found;
    };
    const Pair cubic = horner(pair(table::c3), d, {p, Vec(0.0)});
    const Pair square = horner(pair(table::c2), d, cubic);
    const Pair line = horner(pair(table::c1), d, square);
    const Pair value = horner(pair(table::c0), d, line);
    const Vec slope = fma(d, square.hi, line.hi);  // S'(a) but for d^2: enough for d_lo
    return {value.hi, fma(slope, d_lo, value.lo)};
}

// -a^2/2 as a pair, exact for 2^-480 < a.
static inline Pair minus_half_square(Vec a) {
    const Vec half = Vec(-0.5) * a;
    const Vec hi = half * a;
    return {hi, fma(half, a, -hi)};
}

}  // namespace verhulst::VERHULST_LEVEL
