// gelu'(z) = P(Z < z) + z phi(z), phi the normal density.
//
// With a = |z|, E = exp(-a^2/2), E S = P(Z > a) (simd/normal_pair.hpp):  D = E (S - a/sqrt(2 pi)),
// gelu'(z) = D for z < 0, 1 - D for z >= 0; D falls from 1/2 at 0 through its root at a = 0.7517915246935645 to -0.129
// at sqrt 2, and grows to -0.
// a/sqrt(2 pi) in pairs to 2^-100; the difference has the absolute error of S, 2^-62.9; times E, at most 1: the error of
// D is below 2^-62.8 |S E| + 2^-62.8 |D|: relatively 2^-60 but near the root, absolutely 2^-62 there.
// z < -30: the power of two of E is applied last, in one rounding.
#include "functions/elementwise.hpp"
#include "simd/normal_pair.hpp"
#include "simd/normal_quick.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct GeluDerivative {
    // S(a) - a/sqrt(2 pi).
    static inline Pair difference(Vec a) {
        namespace constant = normal_distribution;
        const Pair s = scaled_normal_tail(a);
        const Pair line = multiply(Pair{a, Vec(0.0)},
                                   Pair{Vec(constant::one_over_sqrt_two_pi), Vec(constant::one_over_sqrt_two_pi_lo)});
        const Pair d = two_sum(s.hi, -line.hi);
        return fast_two_sum(d.hi, d.lo + (s.lo - line.lo));
    }

    static inline Pair pair(Vec z, Vec a) {
        const Pair d = multiply(exp_pair(minus_half_square(a)), difference(a));
        const Pair right = fast_two_sum(Vec(1.0), -d.hi);
        const Pair general = select(z < Vec(0.0), d, Pair{right.hi, right.lo - d.lo});
        return fast_two_sum(general.hi, general.lo);
    }

    static inline Vec left_tail(Vec a) {
        const ScaledPair e = exp_scaled(minus_half_square(a));
        return copysign(scale_once(multiply(e.value, difference(a)), e.exponent), Vec(-1.0));
    }

    static inline Vec wide(Vec z) {
        const Vec a = abs(z);
        const Pair p = pair(z, min(Vec(30.0), a));
        const Vec y = p.hi + p.lo;
        const Mask deep = z < Vec(-30.0);
        return any(deep) ? select(deep, left_tail(min(Vec(39.0), a)), y) : y;
    }

    // gelu'(-16) rounds to -0 in every narrow format.
    static inline Pair narrow(Vec z) { return pair(z, min(Vec(16.0), abs(z))); }
    static inline Limit limit(Vec z) { return {Vec(16.0) < abs(z), select(z < Vec(0.0), Vec(-0.0), Vec(1.0))}; }

    // D to 2^-44.4 E S, which is at most 2^-45.4; 2^-39 of D where |D| > 2^-6.3. Nearer to the root, 0: left to `narrow`.
    static constexpr int quick_good = 38;
    static constexpr double quick_reach = 14.5, quick_least = 0;
    static inline Vec quick(Vec z) {
        const Vec a = abs(z);
        const NormalTail tail = normal_tail_factors_quick(min(Vec(15.0), a));
        const Vec D = tail.E * (tail.S - normal_distribution::one_over_sqrt_two_pi * a);
        const Vec left = select(abs(a - 0.7517915246935645) < Vec(0x1p-5), Vec(0.0), D);
        return select(z < Vec(0.0), left, 1.0 - D);
    }
    static inline Two quick(Two z) { return {quick(z.a), quick(z.b)}; }
};

}  // namespace

extern const Kernels gelu_derivative;
const Kernels gelu_derivative = elementwise<GeluDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
