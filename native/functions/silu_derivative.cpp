// silu'(z) = sigmoid(z) (1 + z sigmoid(-z)); with e = e^-|z|,
//   z >= 0: (1 + e (1 + z))/(1 + e)^2        z < 0: e (1 + z + e)/(1 + e)^2
//
// Its root is where 1 + z + e^z = 0, z = -1.27846454...; there the sum 1 + z + e is all cancellation.
// float64, |z| <= 690: e is a pair to 2^-62.6 of itself, 1 + z a pair exactly, their sum is known to 2^-62.6 e, products
//   and quotient to 2^-90. So the error is 0.5 ULP + 2^-62.6 e^2/(1 + e)^2, at the root 2^-66.8 absolutely; away from it
//   (|silu'| > 2^-6) 0.508 ULP.  z > 690: 1, to 2^-985. z < -690: (1 + z) e^z, rounded once even where it is subnormal.
// Narrow. Quick is not used within 2^-5 of the root, so that 2^-45 absolutely is 2^-37 of the result elsewhere.
// Test interval: all of float16, bfloat16, float32; float64 [-753, 40], densely around the root.
#include "functions/elementwise.hpp"
#include "simd/exp_quick.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct SiluDerivative {
    static inline Quotient quotient(Vec z, Pair e) {
        const Mask left = z < Vec(0.0);
        const Pair sum = fast_two_sum(1.0, e.hi);
        const Pair s = {sum.hi, sum.lo + e.lo};
        const Pair one_and_z = two_sum(1.0, z);
        const Pair added = two_sum(one_and_z.hi, select(left, e.hi, Vec(0.0)));
        const Pair factor = fast_two_sum(added.hi, added.lo + (one_and_z.lo + select(left, e.lo, Vec(0.0))));
        const Pair product = multiply(factor, e);
        const Pair top = two_sum(select(left, Vec(0.0), Vec(1.0)), product.hi);
        return divide(fast_two_sum(top.hi, top.lo + product.lo), multiply(s, s));
    }
    static inline Vec wide(Vec z) {
        const Vec y = round(quotient(z, exp_loose_pair(-abs(z))));
        const Mask inside = abs(z) <= Vec(690.0);
        return all(inside) ? y : select(inside, y, ends(z));
    }
    __attribute__((noinline)) static Vec ends(Vec z) {
        const Vec x = max(Vec(-800.0), z);
        const ScaledPair e = exp_scaled(min(Vec(0.0), x));
        const Pair factor = two_sum(1.0, x);
        const Pair p = multiply(factor, e.value);
        const Vec left = copysign(scale_once(p, e.exponent), z);
        return select(z < Vec(0.0), left, select(is_nan(z), z, Vec(1.0)));
    }

    // silu'(-200) rounds to -0 in every narrow format, silu'(200) is 1 to 2^-280.
    static inline Pair narrow(Vec z) {
        const Vec inside = min(Vec(200.0), max(Vec(-200.0), z));
        return pair(quotient(inside, exp_pair(-abs(inside))));
    }

    static inline Limit limit(Vec z) { return {Vec(120.0) < abs(z), select(z < Vec(0.0), Vec(-0.0), Vec(1.0))}; }

    static constexpr int quick_good = 36;
    static constexpr double quick_reach = 87, quick_least = 0;
    static inline Two quick(Two z) {
        const Vec e = exp_quick(-abs(z.a)), f = exp_quick(-abs(z.b));
        const Vec a = 1.0 + e, b = 1.0 + f;
        const Vec aa = a * a, bb = b * b;
        const Vec both = 1.0 / (aa * bb);
        return {top(z.a, e) * (bb * both), top(z.b, f) * (aa * both)};
    }
    // 0, and so left to `narrow`, near the root.
    static inline Vec top(Vec z, Vec e) {
        const Mask left = z < Vec(0.0);
        const Vec product = (1.0 + z + select(left, e, Vec(0.0))) * e;
        return select(abs(z + 1.2784645427610738) < Vec(0x1p-5), Vec(0.0), product + select(left, Vec(0.0), Vec(1.0)));
    }
};

}  // namespace

extern const Kernels silu_derivative;
const Kernels silu_derivative = elementwise<SiluDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
