// What one row needs: from its linear predictor to its loss, residual and weight, a vector of rows at a time.
//
// With t = exp(-|eta|) in (0, 1] nothing overflows and no digit is lost in either tail:
//     the smaller of s(eta), s(-eta) is t/(1+t), the larger 1/(1+t), and s'(eta) is their product;
//     softplus(eta) - y eta = |eta| (1-y if eta >= 0, else y) + log(1+t).
#pragma once

#include "simd/vector.hpp"

namespace verhulst::VERHULST_LEVEL {

// exp(x) for x <= 0, to about 1 ULP; x below -708 counts as -708, so that a weight never becomes 0.
static inline Vec exp_nonpositive(Vec x) {
    x = max(Vec(-708.0), x);  // nan stays
    // x = k log 2 + r with |r| <= (log 2)/2. Adding 1.5 * 2^52 rounds to an integer and leaves it in the low bits.
    const Vec shift(0x1.8p52);
    const Vec shifted = fma(x, Vec(0x1.71547652b82fep0), shift);
    const Vec k = shifted - shift;
    Vec r = fma(k, Vec(-0x1.62e42fefa38p-1), x);  // log 2 in two parts, the first with trailing zeros: exact
    r = fma(k, Vec(-0x1.ef35793c7673p-45), r);
    // Taylor to degree 13: the next term is (log 2 / 2)^14 / 14! = 4e-18.
    Vec s(1.0 / 6227020800);
    s = fma(s, r, Vec(1.0 / 479001600));
    s = fma(s, r, Vec(1.0 / 39916800));
    s = fma(s, r, Vec(1.0 / 3628800));
    s = fma(s, r, Vec(1.0 / 362880));
    s = fma(s, r, Vec(1.0 / 40320));
    s = fma(s, r, Vec(1.0 / 5040));
    s = fma(s, r, Vec(1.0 / 720));
    s = fma(s, r, Vec(1.0 / 120));
    s = fma(s, r, Vec(1.0 / 24));
    s = fma(s, r, Vec(1.0 / 6));
    s = fma(s, r, Vec(0.5));
    s = fma(s, r, Vec(1.0));
    s = fma(s, r, Vec(1.0));
    return s * from_bits(shift_left<52>(bits(shifted) + Bits(1023)));
}

// log(1+t) for t in [0, 1], to a few ULP of the result: log((1+s)/(1-s)) = 2 (s + s^3/3 + ...) with
// s = t/(2+t) up to sqrt(2) - 1, beyond it of (1+t)/2, so that |s| <= 0.172 and the next term is below 1e-18.
static inline Vec log1p_unit(Vec t) {
    const Mask large = Vec(0x1.a827999fcef32p-2) < t;
    const Vec s = select(large, t - Vec(1.0), t) / select(large, t + Vec(3.0), t + Vec(2.0));
    const Vec u = s * s;
    Vec a(2.0 / 21);
    a = fma(a, u, Vec(2.0 / 19));
    a = fma(a, u, Vec(2.0 / 17));
    a = fma(a, u, Vec(2.0 / 15));
    a = fma(a, u, Vec(2.0 / 13));
    a = fma(a, u, Vec(2.0 / 11));
    a = fma(a, u, Vec(2.0 / 9));
    a = fma(a, u, Vec(2.0 / 7));
    a = fma(a, u, Vec(2.0 / 5));
    a = fma(a, u, Vec(2.0 / 3));
    const Vec tail = fma(s * u, a, select(large, Vec(0x1.62e42fefa39efp-1), Vec(0.0)));
    return tail + (s + s);
}

struct RowTerms {
    Vec loss, residual, variance;  // -log-likelihood, y - s(eta), s'(eta)
};

static inline RowTerms row_terms(Vec eta, Vec y) {
    const Vec t = exp_nonpositive(-abs(eta));
    const Vec larger = Vec(1.0) / (Vec(1.0) + t), smaller = t * larger;
    const Mask negative = eta < Vec(0.0);
    const Vec up = select(negative, smaller, larger), down = select(negative, larger, smaller);
    const Vec missed = select(negative, y, Vec(1.0) - y);
    return {fma(abs(eta), missed, log1p_unit(t)), fma(y, down, -((Vec(1.0) - y) * up)), larger * smaller};
}

}  // namespace verhulst::VERHULST_LEVEL
