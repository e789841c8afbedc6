// Unevaluated sums of two doubles: value = hi + lo with |lo| <= ulp(hi)/2 unless a comment says otherwise.
// Source: T. J. Dekker, "A floating-point technique for extending the available precision" (1971);
// names and error bounds follow J.-M. Muller et al., "Handbook of Floating-Point Arithmetic" (2018), chapter 4.
#pragma once

#include "simd/vector.hpp"

namespace verhulst::VERHULST_LEVEL {

struct Pair {
    Vec hi, lo;
};

// hi + lo = a + b exactly, for any a and b.
static inline Pair two_sum(Vec a, Vec b) {
    const Vec hi = a + b;
    const Vec from_b = hi - a;
    return {hi, (a - (hi - from_b)) + (b - from_b)};
}

// hi + lo = a + b exactly, where |a| >= |b| or a = 0.
static inline Pair fast_two_sum(Vec a, Vec b) {
    const Vec hi = a + b;
    return {hi, b - (hi - a)};
}

// hi + lo = a * b exactly, barring underflow of the low part.
static inline Pair two_product(Vec a, Vec b) {
    const Vec hi = a * b;
    return {hi, fma(a, b, -hi)};
}

// a b, |a.lo| <= ulp(a.hi), |b.lo| <= ulp(b.hi): relatively to 2^-102. The result has |lo| <= 3 ulp(hi).
static inline Pair multiply(Pair a, Pair b) {
    const Vec hi = a.hi * b.hi;
    return {hi, fma(a.hi, b.hi, -hi) + fma(a.hi, b.lo, a.lo * b.hi)};
}

// a/b = q + rest r to 2^-90 of itself, barring underflow of rest, where |a.lo| <= 2^-45 |a.hi|, b likewise: one division.
struct Quotient {
    Vec q, rest, r;
};
static inline Quotient divide(Pair a, Pair b) {
    const Vec r = 1.0 / b.hi;
    const Vec q = a.hi * r;
    return {q, fnma(q, b.hi, a.hi) + fnma(q, b.lo, a.lo), r};
}
static inline Vec round(Quotient x) { return fma(x.rest, x.r, x.q); }
static inline Pair pair(Quotient x) { return fast_two_sum(x.q, x.rest * x.r); }

static inline Pair select(Mask m, Pair yes, Pair no) { return {select(m, yes.hi, no.hi), select(m, yes.lo, no.lo)}; }

}  // namespace verhulst::VERHULST_LEVEL
