// tanh'(z) = 1 - tanh(z)^2 = 4 e/(1 + e)^2, e = e^-2|z|
//
// Even, 1 at 0; four times the slope of the sigmoid at 2z. From 1 - t^2 it would lose every digit for z > 19.
// float64: a quotient of pairs, good to 2^-62.6 (functions/logistic_slope.hpp), rounded once: 0.502 ULP; for |z| > 345
//   4 e^-2|z|, rounded once even where it is subnormal.
// Test interval: all of float16, bfloat16, float32; float64 [0, 374].
#include "functions/logistic_slope.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct TanhDerivative {
    static inline Mask usual(Vec z) { return abs(z) <= Vec(345.0); }
    static inline Vec common(Vec z) { return 4.0 * round(logistic_slope(2.0 * abs(z))); }
    static Vec wide(Vec z) { return select(usual(z), common(z), logistic_slope_end(2.0 * abs(z), 2)); }

    // 4 e^-110 rounds to 0 in every narrow format.
    static inline Pair narrow(Vec z) {
        const Pair p = pair(logistic_slope(min(Vec(110.0), 2.0 * abs(z))));
        return {4.0 * p.hi, 4.0 * p.lo};
    }

    static inline Limit limit(Vec z) { return {Vec(56.0) < abs(z), Vec(0.0)}; }

    static constexpr int quick_good = 43;
    static constexpr double quick_reach = 43.5, quick_least = 0x1p-126;
    static inline Two quick(Two z) {
        const Two slope = logistic_slope_quick({2.0 * abs(z.a), 2.0 * abs(z.b)});
        return {4.0 * slope.a, 4.0 * slope.b};
    }
};

}  // namespace

extern const Kernels tanh_derivative;
const Kernels tanh_derivative = elementwise<TanhDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
