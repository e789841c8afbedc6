// e^-z as a pair of floats, to 2^-32 or 2^-36: exp_pair.hpp again, with half the digits in twice the lanes.
//
// Reduction.   With n = 32 steps to the octave, or 8 where a table of 32 floats does not fit into registers:
//   -z = k ln2/n + r, |r| <= ln2/(2 n) (1 + 2^-18); ln2/n = C1 + C2, C1 = 0x1.62e43p-1/n of 21 bits, |C2| < 2^-28.9/n.
//   r1 = -z - k C1 is exact: k C1 is a multiple of 2^-21/n, z of 2^-23 times its power of two, and |r1| < 2^-1.5/n.
//   2^(j/n) = T (1 + t), |t| < 2^-24; c = t - k C2, |c| < 4.3 2^-24 as |k| < 101.3 n; e^-z = 2^m T e^(r1 + c).
// Polynomial.  As in exp_pair.hpp, P of degree 2 (n = 32) or 3: |r^2 (P - (e^r - 1 - r)/r^2)| < 2^-42.4 or 2^-37.8.
//   w = r1^2 P < 2^-14.05 or 2^-10.03 is rounded three times (r1^2, P, the product: 2^-24 w each), fma(T, r1, T - hi), as
//   large as w, once by 2^-25 of its power of two, c^2/2 < 2^-44.7 is left out.
// Bound.       |hi + lo - e^-z| <= 2^-36.25 e^-z (n = 32) or 2^-32.1 e^-z (n = 8) for |z| <= 70; |lo| <= 2^-21 hi.
#pragma once

#include "simd/vector.hpp"

#ifdef VERHULST_FLOATS

namespace verhulst::VERHULST_LEVEL {

struct FloatPair {
    Floats hi, lo;
};

namespace exponential {

constexpr int steps = 1 << float_table_bits;              // in an octave: 32 or 8
constexpr float float_per_step = 0x1.715476p+0f * steps;  // 1/ln2
constexpr float float_step_hi = 0x1.62e43p-1f / steps;    // C1
constexpr float float_step_lo = -0x1.05c61p-29f / steps;  // C2
constexpr float float_shift = 0x1.8p23f;

// mpmath, 200 bits: T = float32(2**(j/n)), n = 32 and 8, with j 2^23/n taken off its bits, so that adding k 2^23/n makes
// 2^m T; t = float32((2**(j/n) - T)/T).
alignas(64) constexpr float two_to_thirtyseconds[] = {
    0x1.000000p+0f, 0x1.fd9b0ep-1f, 0x1.fb5586p-1f, 0x1.f9301ep-1f, 0x1.f72b84p-1f, 0x1.f54874p-1f, 0x1.f387a6p-1f,
    0x1.f1e9e0p-1f, 0x1.f06fe0p-1f, 0x1.ef1a74p-1f, 0x1.edea64p-1f, 0x1.ece086p-1f, 0x1.ebfdaep-1f, 0x1.eb42b6p-1f,
    0x1.eab07ep-1f, 0x1.ea47ecp-1f, 0x1.ea09e6p-1f, 0x1.e9f75ep-1f, 0x1.ea1148p-1f, 0x1.ea589ap-1f, 0x1.eace54p-1f,
    0x1.eb737cp-1f, 0x1.ec4918p-1f, 0x1.ed503cp-1f, 0x1.ee89fap-1f, 0x1.eff770p-1f, 0x1.f199bep-1f, 0x1.f3720ep-1f,
    0x1.f5818ep-1f, 0x1.f7c974p-1f, 0x1.fa4afap-1f, 0x1.fd0766p-1f};
alignas(64) constexpr float two_to_thirtyseconds_rest[] = {
    0x0.000000p+0f,   -0x1.947414p-25f, 0x1.8d96d4p-25f,  -0x1.dda2fcp-25f, -0x1.9c0c22p-27f, -0x1.a2fbb2p-25f,
    0x1.964904p-25f,  -0x1.2b0dbcp-25f, 0x1.125002p-25f,  -0x1.cde8cep-26f, 0x1.370be4p-25f,  0x1.336de2p-30f,
    -0x1.0a3550p-25f, -0x1.c541b4p-26f, -0x1.00d8acp-27f, -0x1.6cb284p-25f, 0x1.26055cp-26f,  0x1.8b2bb8p-26f,
    -0x1.05cb44p-25f, -0x1.1c2142p-26f, 0x1.67a1cap-28f,  -0x1.348e56p-25f, 0x1.a3b5e4p-28f,  -0x1.0b7ec8p-25f,
    -0x1.f9c304p-27f, -0x1.e4c886p-26f, -0x1.6961b4p-28f, -0x1.b5151ep-28f, -0x1.a5217cp-28f, -0x1.ab7132p-26f,
    0x1.61428ep-28f,  -0x1.2ad5f8p-27f};
alignas(32) constexpr float two_to_eighths[] = {0x1.000000p+0f, 0x1.f72b84p-1f, 0x1.f06fe0p-1f, 0x1.ebfdaep-1f,
                                                0x1.ea09e6p-1f, 0x1.eace54p-1f, 0x1.ee89fap-1f, 0x1.f5818ep-1f};
alignas(32) constexpr float two_to_eighths_rest[] = {0x0.000000p+0f,   -0x1.9c0c22p-27f, 0x1.125002p-25f,
                                                     -0x1.0a3550p-25f, 0x1.26055cp-26f,  0x1.67a1cap-28f,
                                                     -0x1.f9c304p-27f, -0x1.a5217cp-28f};
constexpr const float* float_powers = float_table_bits == 5 ? two_to_thirtyseconds : two_to_eighths;
constexpr const float* float_powers_rest = float_table_bits == 5 ? two_to_thirtyseconds_rest : two_to_eighths_rest;

struct FloatReduced {
    Floats r1, c, power;
};

// Of -z.
static inline FloatReduced reduce_minus(Floats z) {
    const Floats shifted = fma(z, -float_per_step, float_shift);
    const Floats k = shifted - float_shift;
    const FloatBits index = bits(shifted);
    return {fma(k, -float_step_hi, -z), fma(k, -float_step_lo, lookup_floats(float_powers_rest, index)),
            from_bits(bits(lookup_floats(float_powers, index)) + shift_left<23 - float_table_bits>(index))};
}

// P, of degree 2 for 32 steps and of degree 3 for 8.
static inline Floats float_polynomial(Floats r) {
    if constexpr (float_table_bits == 5)
        return fma(r, fma(r, 0x1.5555acp-5f, 0x1.5555c8p-3f), 0.5f);
    else
        return fma(r, fma(r, fma(r, 0x1.11167ap-7f, 0x1.555cf0p-5f), 0x1.555556p-3f), 0.5f);
}

// Of e^-z as computed below, relative.
constexpr float floats_error = float_table_bits == 5 ? 0x1.b2p-37f : 0x1.ep-33f;

// Of e^-x - 1, relative.
constexpr float floats_minus_one_error = float_table_bits == 5 ? 0x1.ap-37f : 0x1.5p-33f;

}  // namespace exponential

// 2^m T e^(r1 + c).
static inline FloatPair exp_reduced(exponential::FloatReduced e) {
    const Floats w = e.r1 * e.r1 * exponential::float_polynomial(e.r1);
    const Floats hi = fma(e.power, e.r1 + w, e.power);
    return {hi, fma(e.c, hi, fma(e.power, w, fma(e.power, e.r1, e.power - hi)))};
}

// e^-z for |z| <= 70; elsewhere nonsense.
static inline FloatPair exp_minus_floats(Floats z) { return exp_reduced(exponential::reduce_minus(z)); }

// e^-(z + z_lo), |z_lo| <= 2^-19: |c| < 2^-18.8, and c^2/2 adds 2^-38.6. |lo| <= 2^-18.5 hi.
static inline FloatPair exp_minus_floats(Floats z, Floats z_lo) {
    exponential::FloatReduced e = exponential::reduce_minus(z);
    e.c = e.c - z_lo;
    return exp_reduced(e);
}

// e^r1 - 1 = f + rest, f = r1 + r1^2/2 rounded once, rest what that lost and the cubic part: to 2^-39.5 (n = 8), or where r1 is
// all there is to 2^-35 of r1 (2^-38.2 with n = 32), and roundings: four times 2^-24 of the cubic part, r1^3/6.
struct FloatFraction {
    Floats f, rest;
};
static inline FloatFraction fraction_floats(Floats r1) {
    const Floats half = 0.5f * r1;
    const Floats f = fma(half, r1, r1);
    const Floats cubic = half * r1 * (r1 * fma(r1, fma(r1, 0x1.10fa68p-6f, 0x1.555a14p-4f), 0x1.555556p-2f));
    return {f, fma(half, r1, r1 - f) + cubic};
}

// e^-x - 1 for 0 <= x <= 70, to 2^-32.6 of itself with n = 8 and to 2^-36.3 with n = 32.
//
// e^-x - 1 = (2^m T - 1) + 2^m T (f + (rest + c (1 + f))).
// k = 0: 2^m T = 1, c = 0 and r1 = -x. The cubic part, below 2^-11.6 of the result (2^-15.6), and its sums round by six times
//   2^-24 of it. k != 0: |2^m T - 1| > 2^-3.6 (2^-5.6) is twice what is added to it, and the cubic part is below 2^-16.1.
static inline FloatPair decay_minus_one_floats(Floats x) {
    const exponential::FloatReduced e = exponential::reduce_minus(x);
    const FloatFraction fraction = fraction_floats(e.r1);
    const Floats base = e.power - 1.0f;
    const Floats base_lo = e.power - (base + 1.0f);
    const Floats hi = fma(e.power, fraction.f, base);
    const Floats small = fma(e.c, fraction.f, e.c) + fraction.rest;
    const Floats lo = fma(e.power, fraction.f, base - hi) + fma(e.power, small, base_lo);
    const Floats sum = hi + lo;
    return {sum, lo - (sum - hi)};
}

}  // namespace verhulst::VERHULST_LEVEL

#endif
