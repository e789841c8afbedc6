// sigmoid(z) as a float and what it lacks, for |z| <= 70.
//
// As `common` in sigmoid.cpp: the error of e, the square of the rest 2^-42.2, roundings 2^-43. The rest is what e.hi, s and
// q lack: c < 4.3 2^-24 (simd/exp_floats.hpp) and three roundings, together 2^-21.1.
#pragma once

#include "simd/exp_floats.hpp"
#include "simd/formats.hpp"

#ifdef VERHULST_FLOATS

namespace verhulst::VERHULST_LEVEL {

static inline Estimate sigmoid_floats(Floats z) {
    const FloatPair e = exp_minus_floats(z);
    const Floats larger = max(Floats(1.0f), e.hi), smaller = min(Floats(1.0f), e.hi);
    const Floats s = larger + smaller;
    const Floats s_lo = (smaller - (s - larger)) + e.lo;
    const Floats q = 1.0f / s;
    return {q, fnma(q, s_lo, fnma(q, s, 1.0f)), exponential::floats_error + 0x1p-40f};
}

}  // namespace verhulst::VERHULST_LEVEL

#endif
