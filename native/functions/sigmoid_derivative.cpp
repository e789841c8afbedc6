// sigmoid'(z) = sigmoid(z) sigmoid(-z) = e/(1 + e)^2, e = e^-|z|
//
// Even, at most 1/4. From s (1 - s) it would lose every digit for z > 37: 1 - s has been rounded away there.
// float64: a quotient of pairs, good to 2^-62.6 (functions/logistic_slope.hpp), rounded once: 0.502 ULP; for |z| > 690
//   e^-|z|, rounded once even where it is subnormal.
// Test interval: all of float16, bfloat16, float32; float64 [0, 746].
#include "functions/logistic_slope.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct SigmoidDerivative {
    static inline Mask usual(Vec z) { return abs(z) <= Vec(690.0); }
    static inline Vec common(Vec z) { return round(logistic_slope(abs(z))); }
    static Vec wide(Vec z) { return select(usual(z), common(z), logistic_slope_end(abs(z), 0)); }

    // e^-110 rounds to 0 in every narrow format.
    static inline Pair narrow(Vec z) { return pair(logistic_slope(min(Vec(110.0), abs(z)))); }

    static inline Limit limit(Vec z) { return {Vec(110.0) < abs(z), Vec(0.0)}; }

    static constexpr int quick_good = 43;
    static constexpr double quick_reach = 87, quick_least = 0x1p-126;
    static inline Two quick(Two z) { return logistic_slope_quick({abs(z.a), abs(z.b)}); }
};

}  // namespace

extern const Kernels sigmoid_derivative;
const Kernels sigmoid_derivative = elementwise<SigmoidDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
