// The normal distribution's tail in floats: normal_quick.hpp again, with fewer digits in twice the lanes.
//
// Q(a) = P(Z > a) = exp(-a^2/2)/G(a), 0 <= a <= 11.3 (J. P. Mills, Biometrika 18 (1926): G is sqrt(2 pi) over his ratio).
// Exponent.    a^2/2 = x + x_lo exactly (fma), x < 64, |x_lo| <= 2^-19: 2^-32.1 or 2^-36 (exp_floats.hpp).
// Interval.    The leading bits of a + 7/8 or a + 15/16; d = a - centre is exact.
// G.           c0 + c1 d by a sum that knows what it loses, and d (c1_lo + d (c2 + ...)), below 2^-8.3 of it, which rounds:
//   normal_table.py finds 2^-30.86 of G with 16 intervals, 2^-32.5 with 32.
// Bound.       Together, and 2^-40 for the products: 2^-30.3 or 2^-32.4 of Q; |rest| < 2^-18.3 of the value.
#pragma once

#include "simd/exp_floats.hpp"
#include "simd/normal_table.hpp"

#ifdef VERHULST_FLOATS

namespace verhulst::VERHULST_LEVEL {

namespace normal_distribution {

// Of Q as computed below, relative.
constexpr float floats_error = float_table_bits == 5 ? 0x1.9p-33f : 0x1.ap-31f;

template <const float* of_16, const float* of_32>
static inline Floats lookup_interval(FloatBits index) {
    if constexpr (float_table_bits == 5) return lookup_floats(of_32, index);
    return select(any_bit(index, FloatBits(std::uint32_t{8})), lookup_floats(of_16 + 8, index),
                  lookup_floats(of_16, index));
}

// G(a).
static inline FloatPair reciprocal_tail(Floats a) {
    namespace n16 = normal_floats_16;
    namespace n32 = normal_floats_32;
    constexpr bool many = float_table_bits == 5;
    constexpr int drop = many ? 20 : 21;
    const FloatBits index =
        shift_right<drop>(bits(a + (many ? 15.0f / 16 : 7.0f / 8))) - FloatBits(0x3f800000u >> drop);
    const Floats d = a - lookup_interval<n16::centre, n32::centre>(index);
    const Floats c0 = lookup_interval<n16::c0, n32::c0>(index), c1 = lookup_interval<n16::c1, n32::c1>(index);
    Floats p = lookup_interval<n16::c5, n32::c5>(index);
    if constexpr (!many) p = fma(d, lookup_interval<n16::c6, n32::c5>(index), p);
    p = fma(d, p, lookup_interval<n16::c4, n32::c4>(index));
    p = fma(d, p, lookup_interval<n16::c3, n32::c3>(index));
    p = fma(d, p, lookup_interval<n16::c2, n32::c2>(index));
    p = fma(d, p, lookup_interval<n16::c1_lo, n32::c1_lo>(index));
    const Floats line = fma(c1, d, c0);
    const Floats rest = fma(d, p, fma(c1, d, c0 - line));
    const Floats sum = line + rest;
    return {sum, rest - (sum - line)};
}

}  // namespace normal_distribution

// a Q(a); |lo| < 2^-18.3 hi.
static inline FloatPair times_tail_floats(Floats a) {
    const Floats half = 0.5f * a;
    const Floats x = half * a;
    const FloatPair e = exp_minus_floats(x, fma(half, a, -x));
    const FloatPair g = normal_distribution::reciprocal_tail(a);
    const Floats p = a * e.hi;
    const Floats p_lo = fma(a, e.lo, fma(a, e.hi, -p));
    const Floats over = 1.0f / g.hi;
    const Floats q = p * over;
    return {q, over * fnma(q, g.lo, fnma(q, g.hi, p) + p_lo)};
}

}  // namespace verhulst::VERHULST_LEVEL

#endif
