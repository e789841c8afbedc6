// sigmoid(z) = 1/(1 + e^-z)
//
// float64, |z| <= 708. e = e^-z is a pair to 2^-62.6 of itself (simd/exp_pair.hpp), s = 1 + e a pair with no further error
//   above 2^-97, q = RN(1/s_hi) and its residual 1 - q s, exact but for the last rounding, gives y = q + q (1 - q s) in
//   one fma. Relative error before that rounding: e/(1 + e) 2^-62.6 + 2^-90. A double's last place is at least 2^-53 of
//   it, so the error is below 0.5 + 2^-9.5 ULP: 0.502.
// z < -708: sigmoid(z) = e^z (1 - e^z + ...), e^z < 2^-1021; e^z is taken as a pair and a power of two, and rounded once
//   where the result is subnormal: 0.502 ULP. z > 708: 1 - sigmoid(z) < 2^-1021.
// Narrow. Not near a tie: quick, one double to 2^-44. Else the pair above. Near 0, sigmoid(z) = 1/2 + z/4 - z^3/48 + ...:
//   for tiny z the first two terms may be a tie, and the third decides; the pair keeps it, as e^-z is then known to
//   2^-53 z^2 or better, its terms 1 and -z being exact. (Every input is tried in proofs/.)
// Test interval: all of float16, bfloat16, float32; float64 [-746, 40].
#include "functions/elementwise.hpp"
#include "functions/sigmoid_floats.hpp"
#include "simd/exp_quick.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Sigmoid {
    static inline Mask usual(Vec z) { return abs(z) <= Vec(708.0); }
    static inline Vec common(Vec z) {
        const Pair e = exp_minus_loose_pair(z);
        const Pair s = fast_two_sum(max(Vec(1.0), e.hi), min(Vec(1.0), e.hi));
        const Vec q = 1.0 / s.hi;
        return fma(fnma(q, s.lo + e.lo, fnma(q, s.hi, 1.0)), q, q);
    }
    static Vec wide(Vec z) { return select(usual(z), common(z), ends(z)); }

    static Vec ends(Vec z) {
        const ScaledPair e = exp_scaled(max(Vec(-760.0), z));
        return select(Vec(0.0) < z, Vec(1.0), select(is_nan(z), z, scale_once(e.value, e.exponent)));
    }

    // sigmoid(-110) < 2^-158 rounds to 0 in every narrow format, 1 - sigmoid(110) is as good as 2^-158.
    static inline Pair narrow(Vec z) {
        const Pair e = exp_pair(-min(Vec(110.0), max(Vec(-110.0), z)));
        const Pair s = two_sum(1.0, e.hi);
        return pair(divide({1.0, 0.0}, {s.hi, s.lo + e.lo}));
    }

    static inline Limit limit(Vec z) { return {Vec(110.0) < abs(z), select(z < Vec(0.0), Vec(0.0), Vec(1.0))}; }

    static constexpr int quick_good = 44;
    static constexpr double quick_reach = 87, quick_least = 0x1p-126;
    // One division for both: 1/a = b/(a b).
    static inline Two quick(Two z) {
        const Vec a = 1.0 + exp_quick(-z.a), b = 1.0 + exp_quick(-z.b);
        const Vec both = 1.0 / (a * b);
        return {b * both, a * both};
    }

#ifdef VERHULST_FLOATS
    static constexpr float floats_reach = 70;
    static inline Estimate floats(Floats z) { return sigmoid_floats(z); }
#endif
};

}  // namespace

extern const Kernels sigmoid;
const Kernels sigmoid = elementwise<Sigmoid>();

}  // namespace verhulst::VERHULST_LEVEL
