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

static inline Pair select(Mask m, Pair yes, Pair no) {
    return {select(m, yes.hi, no.hi), select(m, yes.lo, no.lo)};
}

}  // namespace verhulst::VERHULST_LEVEL
