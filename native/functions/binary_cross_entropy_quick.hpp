// The binary cross-entropy in one double, for results whose rounding is guarded (elementwise.hpp): the formulas of
// binary_cross_entropy.hpp with h = e^-|z| to 2^-46.
//
// value     w |z| + log(1 + h), two terms >= 0: to 2^-43.
// gradient  ((1 - w) h - w)/(1 + h), used where the numerator is at least 2^-8 of (1 - w) h + w, so that the 2^-45.5 of
//           the latter to which it is known are 2^-37.5 of it.
// Hessian   h/(1 + h)^2, to 2^-44.
#pragma once

#include "functions/binary_cross_entropy.hpp"
#include "simd/exp_quick.hpp"
#include "simd/log_floats.hpp"

namespace verhulst::VERHULST_LEVEL {

struct QuickBinaryCrossEntropy {
    static constexpr int value_good = 42, gradient_good = 36, hessian_good = 43;
    Vec distance, h;     // |z|, e^-|z|
    Mask left;           // z < 0
    Vec w, one_minus_w;  // as doubles: y is a narrow number, so that 1 - y is off by 2^-54 at most
    Mask usual;          // z near enough, y a label: elsewhere nothing below holds

    QuickBinaryCrossEntropy(Vec z, Vec y, double reach) {
        distance = abs(z);
        left = z < Vec(0.0);
        usual = (Vec(0.0) <= y) & (y <= Vec(1.0)) & (distance <= Vec(reach));
        const Vec rest = 1.0 - y;
        w = select(left, y, rest);
        one_minus_w = select(left, rest, y);
        h = exp_quick(-distance);
    }

    Vec far() const { return w * distance; }
    Vec value() const { return far() + log1p_unit_quick(h); }
    Vec reciprocal() const { return 1.0 / (1.0 + h); }
    // The gradient's numerator, its sign not yet turned, and where it can be used.
    Vec top() const { return one_minus_w * h - w; }
    Mask usable(Vec top) const { return 0x1p-8 * (one_minus_w * h + w) <= abs(top); }
    Vec signed_as_z(Vec g) const { return select(left, g, -g); }
    Vec gradient(Vec reciprocal) const { return signed_as_z(top() * reciprocal); }
    Vec hessian(Vec reciprocal) const { return h * reciprocal * reciprocal; }
};

#ifdef VERHULST_FLOATS
// The value for |z| <= 70 and labels in [0, 1]: w |z| + log(1 + h), w |z| with what the product and 1 - y round off.
static inline Sum binary_cross_entropy_floats(Floats z, Floats y) {
    const Floats distance = abs(z), rest = 1.0f - y;
    const FloatMask left = z <= Floats(0.0f);
    const Floats w = select(left, y, rest), w_lo = select(left, Floats(0.0f), (1.0f - rest) - y);
    const Floats far = w * distance;
    const FloatPair near = log1p_unit_floats(exp_minus_floats(distance));
    const Floats far_lo = fma(w_lo, distance, fma(w, distance, -far));
    return sum_floats(far, {near.hi, near.lo + far_lo}, log1p_exp_error);
}
#endif

}  // namespace verhulst::VERHULST_LEVEL
