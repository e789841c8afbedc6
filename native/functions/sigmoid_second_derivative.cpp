// sigmoid''(z) = sigmoid'(z) (1 - 2 sigmoid(z)) = e m/(2 + m)^3 times the sign of z, e = e^-|z|, m = e - 1
//
// Odd, -z/8 near 0; extremes +-1/(6 sqrt 3) at -+log(2 + sqrt 3).
// float64, |z| <= 690: m is a pair to 2^-60.3 of itself, e to 2^-62.6 (simd/exp_pair.hpp). The derivative of
//   log(e m/(1 + e)^3) in e is 1/e + 1/(e - 1) - 3/(1 + e): near z = 0 only the error of m counts, for large |z| only
//   that of e. Products and the quotient are good to 2^-90. So 2^-60.1, and with the rounding 0.508 ULP.
//   |z| > 690: -+e^-|z|, rounded once even where it is subnormal.
// Narrow. For |z| < 2^-30, -z/8 is a tie in the subnormals of the format for many z; the next term, z^3/24, breaks it.
// Test interval: all of float16, bfloat16, float32; float64 [-746, 746], densely and at powers of two near 0.
#include "functions/elementwise.hpp"
#include "simd/exp_quick.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct SigmoidSecondDerivative {
    // Of |z|; negative.
    static inline Quotient quotient(Vec x) {
        const Decay<Pair> d = decay(-x);
        const Pair s = fast_two_sum(2.0, d.minus_one.hi);
        const Pair sum = {s.hi, s.lo + d.minus_one.lo};
        const Pair cube = multiply(sum, multiply(sum, sum));
        return divide(multiply(d.itself, d.minus_one), cube);
    }
    static inline Vec wide(Vec z) {
        const Vec x = abs(z);
        const Mask inside = x <= Vec(690.0);
        const Vec y = round(quotient(x));
        return copysign(all(inside) ? y : select(inside, y, ends(x)), -z);
    }
    __attribute__((noinline)) static Vec ends(Vec x) {
        const ScaledPair e = exp_scaled(max(Vec(-760.0), -x));
        return select(is_nan(x), x, scale_once(e.value, e.exponent));
    }

    static inline Pair narrow(Vec z) {
        const Pair p = pair(quotient(min(Vec(110.0), abs(z))));
        const Mask negative = z < Vec(0.0);
        const Pair general = {copysign(p.hi, -z), select(negative, -p.lo, p.lo)};
        return select(abs(z) < Vec(0x1p-30), Pair{-0.125 * z, z * z * z * (1.0 / 24)}, general);
    }

    static inline Limit limit(Vec z) { return {Vec(110.0) < abs(z), copysign(Vec(0.0), -z)}; }

    static constexpr int quick_good = 37;
    static constexpr double quick_reach = 87, quick_least = 0;
    static inline Two quick(Two z) {
        const Vec m = expm1_quick(-abs(z.a)), n = expm1_quick(-abs(z.b));
        const Vec e = exp_quick(-abs(z.a)), f = exp_quick(-abs(z.b));
        const Vec a = 1.0 + e, b = 1.0 + f;
        const Vec aaa = a * a * a, bbb = b * b * b;
        const Vec both = 1.0 / (aaa * bbb);
        return {copysign(e * m * (bbb * both), -z.a), copysign(f * n * (aaa * both), -z.b)};
    }
};

}  // namespace

extern const Kernels sigmoid_second_derivative;
const Kernels sigmoid_second_derivative = elementwise<SigmoidSecondDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
