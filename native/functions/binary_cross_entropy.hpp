// Binary cross-entropy of a logit z and a label y in [0, 1], with its first two derivatives in z:
//   value     softplus(z) - y z
//   gradient  sigma(z) - y
//   Hessian   sigma(z) sigma(-z), whatever y is
//
// Formulas. All are written for the side z <= 0, with h = e^-|z| and w the label there: w = y if z < 0, else 1 - y, as
//   an exact pair. What is subtracted in the textbook's formulas is never formed:
//   value     w |z| + log(1 + h): two terms >= 0, nothing cancels for any label.
//   gradient  ((1 - w) h - w)/(1 + h), its sign turned if z >= 0. For w = 0 that is h/(1 + h), for w = 1 it is
//             -1/(1 + h); between, the numerator's zero is the gradient's own.
//   Hessian   h/(1 + h)^2.
// Error.    h is good to 2^-62.8 of itself (simd/exp_pair.hpp). value: 0.503 units in the last place, as softplus
//   (softplus.hpp). gradient: numerator and denominator are pairs good to 2^-62 of h + w; one division q = n r,
//   r = 1/(1 + h) rounded, is corrected by the remainder n - q (1 + h) times r: at most 0.502 units in the last place
//   for w = 0 or 1, and 0.502 units of max(sigma(z), y) else. Hessian: likewise, 0.502 units.
// Ends.     |z| > 700: h is below 2^-1009, log(1 + h) = h, 1 + h = 1; the smallest results are rounded once at their own
//   scale. An infinite logit of the right sign costs 0. y outside [0, 1]: nan.
// Tested    against 250-bit MPFR: y in {0, 1} and random, z in [-746, 746].
#pragma once

#include <cmath>

#include "simd/exp_pair.hpp"
#include "simd/log_pair.hpp"

namespace verhulst::VERHULST_LEVEL {

struct BinaryCrossEntropy {
    Vec distance;  // |z|
    Mask left;     // z < 0
    Pair w, one_minus_w;
    Pair h;  // e^-|z|

    // Where value(), gradient() and hessian() are right; elsewhere the three that end in _at_ends are, and everywhere.
    static inline Mask usual(Vec z, Vec y) { return (Vec(0.0) <= y) & (y <= Vec(1.0)) & (abs(z) <= Vec(700.0)); }

    BinaryCrossEntropy(Vec z, Vec y) {
        const Vec rest = 1.0 - y;
        const Vec rest_lo = (1.0 - rest) - y;
        distance = abs(z);
        left = z < Vec(0.0);
        w = select(left, Pair{y, 0.0}, Pair{rest, rest_lo});
        one_minus_w = select(left, Pair{rest, rest_lo}, Pair{y, 0.0});
        h = exp_loose_pair(-distance);
    }

    Pair value() const {
        const Pair log = log1p_unit_pair(h);
        const Vec product = w.hi * distance;
        const Vec product_lo = fma(w.lo, distance, fma(w.hi, distance, -product));
        const Pair sum = two_sum(product, log.hi);
        return {sum.hi, sum.lo + (product_lo + log.lo)};
    }

    // 1 + h and 1/(1 + h), for both derivatives.
    struct Denominator {
        Pair sum;
        Vec reciprocal;
    };
    Denominator denominator() const {
        const Pair sum = fast_two_sum(1.0, h.hi);
        return {{sum.hi, sum.lo + h.lo}, 1.0 / sum.hi};
    }

    Pair gradient(const Denominator& d) const {
        const Vec a = one_minus_w.hi * h.hi;
        const Vec a_lo = fma(one_minus_w.hi, h.hi, -a) + fma(one_minus_w.hi, h.lo, one_minus_w.lo * h.hi);
        const Pair top = two_sum(a, -w.hi);
        const Vec top_lo = top.lo + (a_lo - w.lo);
        const Vec q = top.hi * d.reciprocal;
        const Vec remainder = fma(-q, d.sum.hi, top.hi) + fma(-q, d.sum.lo, top_lo);
        return signed_as_z({q, remainder * d.reciprocal});
    }

    Pair hessian(const Denominator& d) const {
        const Vec square = d.sum.hi * d.sum.hi;
        const Vec square_lo = fma(d.sum.hi + d.sum.hi, d.sum.lo, fma(d.sum.hi, d.sum.hi, -square));
        const Vec reciprocal = d.reciprocal * d.reciprocal;
        const Vec q = h.hi * reciprocal;
        const Vec remainder = fma(-q, square, h.hi) + fma(-q, square_lo, h.lo);
        return {q, remainder * reciprocal};
    }

    Pair value_at_ends() const { return at_ends(value(), far_value()); }
    Pair gradient_at_ends() const { return at_ends(gradient(denominator()), far_gradient()); }
    Pair hessian_at_ends() const { return at_ends(hessian(denominator()), back(large_h())); }

  private:
    // +0 where the gradient is exactly 0.
    Pair signed_as_z(Pair g) const { return select(left, g, Pair{-g.hi, 0.0 - g.lo}); }
    Pair at_ends(Pair result, Pair far) const {
        // nan where z is nan, or y is or lies outside [0, 1]: where w and 1 - w are not both >= 0.
        const Mask good = (Vec(0.0) <= w.hi) & (Vec(0.0) <= one_minus_w.hi) & (Vec(0.0) <= distance);
        return select(good, select(distance <= Vec(700.0), result, far), Pair{std::nan(""), 0.0});
    }
    // Beyond 700: w |z| + h, w - h and h, with one rounding. Where w may be as small as h, all are computed 2^1000 times
    // as large.
    Pair large_h() const {
        const ScaledPair e = exp_scaled(max(Vec(-760.0), -distance));
        const Vec power = from_bits(bits(Vec(1.0)) + shift_left<52>(e.exponent + Bits(1000)));
        return {e.value.hi * power, e.value.lo * power};
    }
    static Pair back(Pair p) { return {scale_once(p, Bits(-std::uint64_t{1000})), 0.0}; }
    Mask tiny_w() const { return (w.hi == Vec(0.0)) | ((w.hi < Vec(0x1p-960)) & (distance < Vec(0x1p60))); }
    Pair far_value() const {
        const Vec product = w.hi * distance;
        const Vec product_lo = fma(w.hi, distance, -product) + w.lo * distance;
        const Pair far = {product, select(product < Vec(HUGE_VAL), product_lo, Vec(0.0))};
        const Vec scaled = w.hi * 0x1p1000;
        const Vec finite = min(distance, Vec(0x1p60));
        const Pair h1000 = large_h();
        const Pair sum = two_sum(scaled * finite, h1000.hi);
        return select(tiny_w(), back({sum.hi, sum.lo + (fma(scaled, finite, -(scaled * finite)) + h1000.lo)}), far);
    }
    Pair far_gradient() const {
        const Pair h1000 = large_h();
        const Pair sum = two_sum(h1000.hi, w.hi * -0x1p1000);
        return signed_as_z(select(tiny_w(), back({sum.hi, sum.lo + h1000.lo}), Pair{-w.hi, -w.lo}));
    }
};

}  // namespace verhulst::VERHULST_LEVEL
