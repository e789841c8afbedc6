// 1/(hi + lo) as a pair.
#pragma once

#include "simd/double_double.hpp"

namespace verhulst::VERHULST_LEVEL {

// 1/(hi + lo) to 2^-104 of itself, where |lo| <= ulp(hi): one Newton step from the quotient, whose residual is exact
// but for the product with lo. |result.lo| <= 2 ulp(result.hi).
static inline Pair reciprocal(Pair a) {
    const Vec q = 1.0 / a.hi;
    const Vec rest = fnma(q, a.lo, fnma(q, a.hi, 1.0));
    return {q, rest * q};
}

}  // namespace verhulst::VERHULST_LEVEL
