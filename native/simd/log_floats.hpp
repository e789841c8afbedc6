// log as a pair of floats: log_pair.hpp again, with half the digits in twice the lanes.
//
// Reduction.   With n = 8 or 32 (exp_floats.hpp says why), c is one of n numbers, and log(1 + f) = log(1/c) + log(1 + r). For
//   log(1 + h), 0 <= h <= 1: r = c h + (c - 1); p + p_lo = c h.hi exactly (fma), c - 1 is exact, and so is p + (c - 1).
//   |r| <= 1/14 where c = 1, 1/16 elsewhere (n = 8); 1/62 (n = 32). log(1/c) is nearly a float.
// Polynomial.  log(1 + r) = r - r^2/2 + r^3 P(r), P minimax of degree 4 or 2.
// Sum.         log(1/c) + r and then - r^2/2 as in log_pair.hpp, with what is lost. r^2 (r P) is added by an fma, and what
//   that loses is known by another; r^2, r P and P are rounded, by 2^-24 r^3/3 twice and 2^-26 r^3.
// Bound.       log_floats.py makes the tables and polynomials, and finds 2^-31.5 (n = 8) and 2^-34.7 (n = 32) of the
//   logarithm where that is largest, at r = 1/14, c = 1 and at the step above 1. |lo| <= 2^-22 |hi|.
#pragma once

#include "simd/exp_floats.hpp"
#include "simd/formats.hpp"

#ifdef VERHULST_FLOATS

namespace verhulst::VERHULST_LEVEL {

namespace logarithm {

// Of the n steps of h in [0, 1]: c, log(1/c).
alignas(32) constexpr float unit_steps_8[] = {0x1.000000p+0f, 0x1.c06b0ep-1f, 0x1.8e5150p-1f, 0x1.65d7d0p-1f,
                                              0x1.462076p-1f, 0x1.2af352p-1f, 0x1.1390c8p-1f, 0x1.052634p-1f};
alignas(32) constexpr float unit_logs_8[] = {0x0.000000p+0f, 0x1.0f8fbep-3f, 0x1.0119c6p-2f, 0x1.6ed3e8p-2f,
                                             0x1.cddd00p-2f, 0x1.137adcp-1f, 0x1.3d2efcp-1f, 0x1.58b1f2p-1f};
alignas(64) constexpr float unit_steps_32[] = {
    0x1.000000p+0f, 0x1.f04250p-1f, 0x1.e0ccd4p-1f, 0x1.d305a6p-1f, 0x1.c5af4cp-1f, 0x1.b915d2p-1f, 0x1.acc5e0p-1f,
    0x1.a1f54ep-1f, 0x1.96eb86p-1f, 0x1.8d0460p-1f, 0x1.833d1ep-1f, 0x1.7a059ep-1f, 0x1.715b6ap-1f, 0x1.68f80ap-1f,
    0x1.6090b6p-1f, 0x1.594a96p-1f, 0x1.517f66p-1f, 0x1.4ac26cp-1f, 0x1.43b15ap-1f, 0x1.3da814p-1f, 0x1.375bfap-1f,
    0x1.311058p-1f, 0x1.2b85eep-1f, 0x1.2631a8p-1f, 0x1.2090e2p-1f, 0x1.1b8eaep-1f, 0x1.1672d6p-1f, 0x1.11643ep-1f,
    0x1.0cd9c4p-1f, 0x1.0873e8p-1f, 0x1.040ca6p-1f, 0x1.01329ap-1f};
alignas(64) constexpr float unit_logs_32[] = {
    0x0.000000p+0f, 0x1.ff9dd0p-6f, 0x1.018722p-4f, 0x1.789e98p-4f, 0x1.ef4bf4p-4f, 0x1.315442p-3f, 0x1.6b4f2cp-3f,
    0x1.9fa0a8p-3f, 0x1.d67124p-3f, 0x1.047318p-2f, 0x1.1dfc6cp-2f, 0x1.36a740p-2f, 0x1.4e65f0p-2f, 0x1.65ebeep-2f,
    0x1.7e0b00p-2f, 0x1.9363fap-2f, 0x1.aac4bap-2f, 0x1.bf6b6cp-2f, 0x1.d588d4p-2f, 0x1.e8cf72p-2f, 0x1.fd506ep-2f,
    0x1.091d8cp-1f, 0x1.128002p-1f, 0x1.1bb112p-1f, 0x1.2594d0p-1f, 0x1.2e8bcap-1f, 0x1.37dacep-1f, 0x1.413d22p-1f,
    0x1.49d078p-1f, 0x1.52424ap-1f, 0x1.5adb1ep-1f, 0x1.60806ap-1f};

template <const float* of_8, const float* of_32>
static inline Floats lookup_step(FloatBits index) {
    return lookup_floats(float_table_bits == 5 ? of_32 : of_8, index);
}

// (log(1 + r) - r + r^2/2)/r^3.
static inline Floats float_cubic_rest(Floats r) {
    if constexpr (float_table_bits == 5)
        return fma(r, fma(r, 0x1.99d86ep-3f, -0x1.000a32p-2f), 0x1.555554p-2f);
    else
        return fma(r, fma(r, fma(r, fma(r, 0x1.27e04ep-3f, -0x1.57612ep-3f), 0x1.9995cep-3f), -0x1.ffff02p-3f),
                   0x1.555556p-2f);
}

// base + log(1 + r), where base = 0 or |base| > |r|.
static inline FloatPair finish(FloatPair r, Floats base) {
    const Floats r2 = r.hi * r.hi;
    const Floats half = -0.5f * r.hi;
    const Floats a = base + r.hi;
    const Floats a_lo = r.hi - (a - base);
    const Floats b = fma(half, r.hi, a);
    const Floats b_lo = fma(half, r.hi, a - b);
    const Floats cubic = r.hi * float_cubic_rest(r.hi);
    const Floats y = fma(r2, cubic, b);
    const Floats y_lo = fma(r2, cubic, b - y);
    return {y, (a_lo + b_lo) + (y_lo + fma(r.lo, r2 - r.hi, r.lo))};
}

// Of the result of `finish`, relative.
constexpr float floats_error = float_table_bits == 5 ? 0x1.5p-35f : 0x1.8p-32f;

// Of the 8 steps of the bits of m from 17/24 to 17/12, at every level: c, and log(1/c) to a multiple of 2^-20 and the rest,
// below 2^-30: c has 18 bits after the point and is chosen so.
alignas(32) constexpr float ratio_steps[] = {0x1.5a0ecp+0f, 0x1.3f724p+0f, 0x1.28f84p+0f, 0x1.14c5p+0f,
                                             0x1p+0f,       0x1.d056p-1f,  0x1.a2898p-1f, 0x1.7aa8p-1f};
alignas(32) constexpr float ratio_logs[] = {-0x1.34a98p-2f, -0x1.c5738p-3f, -0x1.3008p-3f, -0x1.3f85p-4f, 0,
                                            0x1.903fp-4f,   0x1.9ccbp-3f,   0x1.34efcp-2f};
alignas(32) constexpr float ratio_logs_rest[] = {
    0x1.bc875ap-31f, -0x1.ccee5ap-31f, 0x1.d5b98ap-32f, -0x1.90e3dep-33f, 0,
    0x1.12bb3p-34f,  -0x1.412534p-34f, -0x1.0f7498p-34f};
// log 2, to a multiple of 2^-20 and the rest, for k that is where the exponent of a float is.
constexpr float float_log2_hi = 0x1.62e42p-1f * 0x1p-23f, float_log2_lo = 0x1.fdf474p-22f * 0x1p-23f;

// Where m lies, known to 2^-10 of itself, 2^-23 <= m <= 1: m is about 1/g, g = 2^-k c, and k log 2 + log(1/c) = log + log_lo; log
// is exact, as it is below 16. 17/24 <= 2^-k m < 17/12, and |g m - 1| <= 1/16.
struct FloatPlace {
    Floats g, log, log_lo;
};

static inline FloatPlace float_place(Floats m) {
    constexpr std::uint32_t first = 0x3f355555, ends = 0xff800000;
    const FloatBits u = bits(m) - FloatBits(first);
    const FloatBits step = shift_right<20>(u), exponent = u & FloatBits(ends);
    const Floats k = from_integers(exponent);
    return {from_bits(bits(lookup8_floats(ratio_steps, step)) - exponent),
            fma(k, float_log2_hi, lookup8_floats(ratio_logs, step)),
            fma(k, float_log2_lo, lookup8_floats(ratio_logs_rest, step))};
}

}  // namespace logarithm

// log(1 + h) for 0 <= h <= 1, |h.lo| <= 2^-21 h.hi.
static inline FloatPair log1p_unit_floats(FloatPair h) {
    using namespace logarithm;
    const FloatBits step = bits(fma(h.hi, float((1 << float_table_bits) - 1), 0x1.8p23f));
    const Floats c = lookup_step<unit_steps_8, unit_steps_32>(step);
    const Floats p = c * h.hi;
    const FloatPair r = {p + (c - 1.0f), fma(c, h.lo, fma(c, h.hi, -p))};
    return finish(r, lookup_step<unit_logs_8, unit_logs_32>(step));
}

// a + b, a, b.hi >= 0, as a sum that knows what it rounds off; the relative error of b becomes that of the result.
static inline Sum sum_floats(Floats a, FloatPair b, float error) {
    const Floats larger = max(a, b.hi), smaller = min(a, b.hi);
    const Floats sum = larger + smaller;
    return {sum, (smaller - (sum - larger)) + b.lo, error};
}

// Of log(1 + e^-|z|), relative.
constexpr float log1p_exp_error = exponential::floats_error + logarithm::floats_error;

}  // namespace verhulst::VERHULST_LEVEL

#endif
