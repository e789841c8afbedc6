// e/(1 + e)^2, e = e^-x, x >= 0: the slope of the sigmoid at +-x, and a quarter of that of tanh at +-x/2.
#pragma once

#include "functions/elementwise.hpp"
#include "simd/exp_quick.hpp"

namespace verhulst::VERHULST_LEVEL {

// As a quotient of pairs, x <= 690 (beyond, residuals underflow): e to 2^-62.6, the square and the residual to 2^-90.
// The derivative of log(e/(1 + e)^2) in log e is (1 - e)/(1 + e) <= 1, so the quotient is good to 2^-62.6.
static inline Quotient logistic_slope(Vec x) {
    const Pair e = exp_minus_loose_pair(x);
    const Pair s = fast_two_sum(1.0, e.hi);
    const Vec s_lo = s.lo + e.lo;
    const Vec square = s.hi * s.hi;
    const Vec square_lo = fma(s.hi + s.hi, s_lo, fma(s.hi, s.hi, -square));
    return divide(e, {square, square_lo});
}

// e/(1 + e)^2 2^shift for x > 690, where it is e 2^shift to 2^-995; nan for nan.
static inline Vec logistic_slope_end(Vec x, int shift) {
    const ScaledPair e = exp_scaled(max(Vec(-760.0), -x));
    const Vec y = scale_once(e.value, e.exponent + Bits(static_cast<std::uint64_t>(shift)));
    return select(is_nan(x), x, y);
}

// To 2^-44, for x <= 87.
static inline Two logistic_slope_quick(Two x) {
    const Vec e = exp_quick(-x.a), f = exp_quick(-x.b);
    const Vec a = 1.0 + e, b = 1.0 + f;
    const Vec aa = a * a, bb = b * b;
    const Vec both = 1.0 / (aa * bb);
    return {e * (bb * both), f * (aa * both)};
}

}  // namespace verhulst::VERHULST_LEVEL
