// gelu(z) = z P(Z < z), the erf form: z/2 (1 + erf(z/sqrt 2)).
// D. Hendrycks, K. Gimpel, "Gaussian Error Linear Units" (2016), equation 1 and below.
//
// With a = |z| and Q the normal tail (simd/normal_pair.hpp, 2^-61.9):  gelu(z) = max(z, 0) - a Q(a).
// z < 0: the product alone, two pair products more: 2^-61.8, so float64 is within 0.5 + 2^-7.8 ULP: 0.505.
// z > 0: z >= 2 a Q(a), so the difference loses at most one bit: 0.509.
// |z| < 2^-30: z/2 + z^2/sqrt(2 pi), next term z^4/(6 sqrt(2 pi)), 2^-93 of the result. Here a narrow subnormal input
// is a tie z/2, broken by the square: the pair keeps it.
// z < -30: exp(-z^2/2) may leave the range of doubles, down to z = -38.6 where gelu does; its power of two is applied
// last, in one rounding.
#include "functions/elementwise.hpp"
#include "simd/normal_floats.hpp"
#include "simd/normal_pair.hpp"
#include "simd/normal_quick.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Gelu {
    static inline Pair pair(Vec z, Vec a) {
        const Pair tail = multiply(exp_pair(minus_half_square(a)), scaled_normal_tail(a));
        const Pair p = multiply(Pair{a, Vec(0.0)}, tail);
        const Pair right = fast_two_sum(z, -p.hi);
        const Pair general = select(z < Vec(0.0), Pair{-p.hi, -p.lo}, Pair{right.hi, right.lo - p.lo});
        const Pair tiny = {Vec(0.5) * z, Vec(normal_distribution::one_over_sqrt_two_pi) * z * z};
        return select(a < Vec(0x1p-30), tiny, fast_two_sum(general.hi, general.lo));
    }

    static inline Vec left_tail(Vec a) {
        const ScaledPair e = exp_scaled(minus_half_square(a));
        const Pair p = multiply(Pair{a, Vec(0.0)}, multiply(e.value, scaled_normal_tail(a)));
        return copysign(scale_once(p, e.exponent), Vec(-1.0));
    }

    static inline Vec wide(Vec z) {
        const Vec a = abs(z);
        const Pair p = pair(z, min(Vec(30.0), a));
        const Vec sum = select(p.lo == Vec(0.0), p.hi, p.hi + p.lo);  // -0 + 0 is +0
        const Vec y = select(Vec(30.0) < z, z, sum);
        const Mask deep = z < Vec(-30.0);
        return any(deep) ? select(deep, left_tail(min(Vec(39.0), a)), y) : y;
    }

    // gelu(-16) rounds to zero in every narrow format, 2^1000 to infinity.
    static inline Pair narrow(Vec z) { return pair(min(Vec(0x1p1000), z), min(Vec(16.0), abs(z))); }

    static inline Limit limit(Vec z) { return {Vec(16.0) < abs(z), select(z < Vec(0.0), Vec(-0.0), z)}; }

    // z times P(Z < z), where 1 - Q loses at most one bit of what Q is good to.
    static constexpr int quick_good = 42;
    static constexpr double quick_reach = 14.5, quick_least = 0;
    static inline Vec quick(Vec z) {
        const Vec tail = normal_tail_quick(min(Vec(15.0), abs(z)));
        return z * select(z < Vec(0.0), tail, Vec(1.0) - tail);
    }
    static inline Two quick(Two z) { return {quick(z.a), quick(z.b)}; }

#ifdef VERHULST_FLOATS
    // max(z, 0) - a Q(a), where a Q(a) <= a/2: what the difference loses is known.
    static constexpr float floats_reach = 11.3f, floats_least = 0x1p-90f;
    static inline Bounded floats(Floats z) {
        const FloatPair tail = times_tail_floats(abs(z));
        const Floats right = max(z, Floats(0.0f));
        const Floats y = right - tail.hi;
        return {y, ((right - y) - tail.hi) - tail.lo, tail.hi * normal_distribution::floats_error};
    }
#endif
};

}  // namespace

extern const Kernels gelu;
const Kernels gelu = elementwise<Gelu>();

}  // namespace verhulst::VERHULST_LEVEL
