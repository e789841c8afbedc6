// tanh(z) = (e^2z - 1)/(e^2z + 1) = 2 sigmoid(2z) - 1
//
// Odd: with m = e^-2|z| - 1, |tanh(z)| = -m/(2 + m). No 1 is ever taken from something near 1.
// float64: m is a pair to 2^-60.3 of itself (simd/exp_pair.hpp). The derivative of log(-m/(2 + m)) in log m is 2/(2 + m),
//   1 at small z (where m is known to 2^-64) and at most 2 at large z, where m is near -1 and known to 2^-62.6.
//   So the quotient is good to 2^-60.1, and one rounding makes it 0.5 + 2^-7.1 ULP: 0.508.
//   |z| is cut at 22: tanh(22) = 1 - 2^-62.5 rounds to 1.
// Narrow. Near 0, tanh(z) = z - z^3/3: z itself is a number of the format, never a tie.
// Test interval: all of float16, bfloat16, float32; float64 [0, 22].
#include "functions/elementwise.hpp"
#include "simd/exp_floats.hpp"
#include "simd/exp_quick.hpp"
#include "simd/formats.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Tanh {
    static inline Quotient quotient(Vec z) {
        const Pair m = decay_minus_one(-2.0 * min(Vec(22.0), abs(z)));
        const Pair s = fast_two_sum(2.0, m.hi);
        return divide(m, {s.hi, s.lo + m.lo});
    }
    static inline Vec common(Vec z) { return copysign(round(quotient(z)), z); }
    static inline Mask usual(Vec z) { return z == z; }
    static Vec wide(Vec z) { return common(z); }

    static inline Pair narrow(Vec z) {
        const Pair p = pair(quotient(z));  // <= 0
        const Mask positive = Vec(0.0) < z;
        return {copysign(p.hi, z), select(positive, -p.lo, p.lo)};
    }

    // Small results are near z, which is a number of the format even where that is subnormal.
    static constexpr int quick_good = 38;
    static constexpr double quick_reach = HUGE_VAL, quick_least = HUGE_VAL;
    static inline Two quick(Two z) {
        const Vec m = expm1_quick(-2.0 * min(Vec(20.0), abs(z.a))), n = expm1_quick(-2.0 * min(Vec(20.0), abs(z.b)));
        const Vec a = 2.0 + m, b = 2.0 + n;
        const Vec both = 1.0 / (a * b);
        return {copysign(m * (b * both), z.a), copysign(n * (a * both), z.b)};
    }

#ifdef VERHULST_FLOATS
    // As `quotient`; |z| is cut at 30, where 1 - 2^-85 rounds to 1. Where the derivative there is above 1.05, m is known to
    // 2^-34; the quotient adds 2^-42.
    static constexpr float floats_error = exponential::floats_minus_one_error * 1.06f;
    static constexpr float floats_reach = HUGE_VALF, floats_least = 0x1p-90f;
    static inline Sum floats(Floats z) {
        const FloatPair m = decay_minus_one_floats(min(Floats(60.0f), 2.0f * abs(z)));
        const Floats s = 2.0f + m.hi;
        const Floats s_lo = (m.hi - (s - 2.0f)) + m.lo;
        const Floats over = 1.0f / s;
        const Floats q = m.hi * over;  // <= 0
        const Floats rest = over * fnma(q, s_lo, fnma(q, s, m.hi) + m.lo);
        constexpr std::uint32_t sign = 0x80000000;
        const FloatBits turned = (bits(z) & FloatBits(sign)) + FloatBits(sign);  // added, as 1 + 1 = 0 in the sign
        return {from_bits(bits(q) + turned), from_bits(bits(rest) + turned), floats_error};
    }
#endif
};

}  // namespace

extern const Kernels tanh;
const Kernels tanh = elementwise<Tanh>();

}  // namespace verhulst::VERHULST_LEVEL
