// softplus(z) = log(1 + e^z), the kernel of three functions: log sigma(z) = -softplus(-z),
// log(1 - sigma(z)) = -softplus(z). No threshold anywhere: e^-|z| is added however small it is.
//
// Formula.  softplus(z) = max(z, 0) + log(1 + h), h = e^-|z| in (0, 1]; both terms are positive, so nothing cancels.
// Error.    h is good to 2^-62.8 of itself and |d log(1 + h)| <= log(1 + h) |dh/h|; log1p_unit_pair adds 2^-61 of the
//   logarithm where that is largest (near h = 1/64; in units in the last place 0.002), the sum before the last
//   rounding 2^-64. Together: at most 0.503 units in the last place.
// Tail.     For z < -700, log(1 + h) = h to 2^-1020, and h is rounded once at its own, perhaps subnormal, scale.
// Tested    against 250-bit MPFR on [-800, 800]; float32, float16 and bfloat16 exhaustively (proofs/).
#pragma once

#include "functions/elementwise.hpp"
#include "simd/exp_pair.hpp"
#include "simd/exp_quick.hpp"
#include "simd/log_floats.hpp"
#include "simd/log_pair.hpp"

namespace verhulst::VERHULST_LEVEL {

// log(1 + e^z) for |z| <= 700; |lo| <= 2^-11 hi.
static inline Pair softplus_pair(Vec z) {
    const Pair logarithm = log1p_unit_pair(exp_loose_pair(-abs(z)));
    const Pair sum = two_sum(max(z, Vec(0.0)), logarithm.hi);
    return {sum.hi, sum.lo + logarithm.lo};
}

#ifdef VERHULST_FLOATS
// log(1 + e^z) for |z| <= 70.
static inline Sum softplus_floats(Floats z) {
    return sum_floats(max(z, Floats(0.0f)), log1p_unit_floats(exp_minus_floats(abs(z))), log1p_exp_error);
}
#endif

struct Softplus {
    static inline Mask usual(Vec z) { return abs(z) <= Vec(700.0); }
    static inline Vec common(Vec z) {
        const Pair p = softplus_pair(z);
        return p.hi + p.lo;
    }
    static Vec wide(Vec z) { return select(usual(z), common(z), far(z)); }
    static Vec far(Vec z) {
        const ScaledPair h = exp_scaled(max(Vec(-760.0), min(Vec(0.0), z)));
        return select(z < Vec(0.0), scale_once(h.value, h.exponent), z);
    }
    // Beyond 700 every narrow format is at its end already: 0, or z itself.
    static Pair narrow(Vec z) {
        const Vec inside = min(Vec(700.0), max(Vec(-700.0), z));
        const Pair p = softplus_pair(inside);
        return select(z < Vec(700.0), fast_two_sum(p.hi, p.lo), Pair{z, 0.0});
    }

    static inline Limit limit(Vec z) { return {Vec(110.0) < abs(z), max(z, Vec(0.0))}; }

    // h to 2^-46, its logarithm to 2^-43.
    static constexpr int quick_good = 42;
    static constexpr double quick_reach = 87, quick_least = 0x1p-126;
    static inline Vec quick(Vec z) { return max(z, Vec(0.0)) + log1p_unit_quick(exp_quick(-abs(z))); }
    static inline Two quick(Two z) { return {quick(z.a), quick(z.b)}; }

#ifdef VERHULST_FLOATS
    static constexpr float floats_reach = 70;
    static inline Sum floats(Floats z) { return softplus_floats(z); }
#endif
};

// -softplus(z)
struct MinusSoftplus {
    static inline Mask usual(Vec z) { return Softplus::usual(z); }
    static inline Vec common(Vec z) { return -Softplus::common(z); }
    static Vec wide(Vec z) { return -Softplus::wide(z); }
    static Pair narrow(Vec z) {
        const Pair p = Softplus::narrow(z);
        return {-p.hi, -p.lo};
    }

    static inline Limit limit(Vec z) { return {Vec(110.0) < abs(z), -max(z, Vec(0.0))}; }

    static constexpr int quick_good = Softplus::quick_good;
    static constexpr double quick_reach = Softplus::quick_reach, quick_least = Softplus::quick_least;
    static inline Two quick(Two z) { return {-Softplus::quick(z.a), -Softplus::quick(z.b)}; }

#ifdef VERHULST_FLOATS
    static constexpr float floats_reach = Softplus::floats_reach;
    static inline Sum floats(Floats z) {
        const Sum y = softplus_floats(z);
        return {-y.value, -y.rest, y.error};
    }
#endif
};

}  // namespace verhulst::VERHULST_LEVEL
