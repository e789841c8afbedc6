// e^x to 2^-46 and e^x - 1 to 2^-40 of itself, in one double: for results whose rounding is guarded (elementwise.hpp).
//
// x = k ln2/16 + r, k = 16 m + j, as in exp_pair.hpp; e^x = 2^m T (1 + f), f = e^r - 1 = r + r^2 q(r),
// q minimax of degree 3 for the relative error of f, |r| <= ln2/32 (1 + 2^-30): 2^-41.13 (|f| < 2^-5.5).
// The rest of the error is rounding: k step_hi where it is not fused, 2^-54 |x|; T, 2^-54.
// e^x - 1 = 2^m T f + (2^m T - 1), where for k != 0 the sum is at least half of |2^m T - 1| > 2^-5.
// Nothing here depends on whether a multiply_add is fused, beyond these bounds. |x| <= 708; nan gives nan.
#pragma once

#include "simd/exp_pair.hpp"

namespace verhulst::VERHULST_LEVEL {

namespace exponential {

struct Quick {
    Vec power, fraction;
};

// `add` is fma where the bits have to be the same at every level.
template <Vec (*add)(Vec, Vec, Vec) = multiply_add>
static inline Quick quick(Vec x) {
    const Vec shifted = add(x, per_step, shift);
    const Vec r = add(shifted - shift, -step_hi, x);
    const Vec power = from_bits(bits(lookup16_first(two_to_sixteenths, bits(shifted))) + shift_left<48>(bits(shifted)));
    const Vec r2 = r * r;
    const Vec low = add(r, 0x1.5555555459ddcp-3, 0x1.fffffffe5c364p-2);
    const Vec high = add(r, 0x1.11125bd58d6a4p-7, 0x1.55570a856373fp-5);
    return {power, add(r2, add(r2, high, low), r)};
}

}  // namespace exponential

// exp_quick<fma> is exactly 1 at 0 and has the same bits at every level.
template <Vec (*add)(Vec, Vec, Vec) = multiply_add>
static inline Vec exp_quick(Vec x) {
    const exponential::Quick e = exponential::quick<add>(x);
    return add(e.power, e.fraction, e.power);
}

static inline Vec expm1_quick(Vec x) {
    const exponential::Quick e = exponential::quick(x);
    return multiply_add(e.power, e.fraction, e.power - 1.0);
}

}  // namespace verhulst::VERHULST_LEVEL
