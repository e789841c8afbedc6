// elu'(z, alpha) = 1 for z > 0, else alpha e^z (at 0: the derivative from the left); nan stays nan.
//
// e^z is a pair to 2^-62.8 times a power of two, which is applied last, in one rounding: within 0.505 ULP, and half a
// unit where the result is subnormal (for 2^-60 < alpha). A large alpha is taken 2^-600 times as large, so that its product
// with the pair cannot overflow where the result does not. Where e^z is too small for any such alpha, so is its bound.
#include "functions/elementwise_binary.hpp"
#include "simd/exp_quick.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct EluDerivative {
    static inline Pair times(Vec alpha, Pair e) {
        const Vec hi = alpha * e.hi;
        const Vec lo = fma(alpha, e.lo, fma(alpha, e.hi, -hi));
        // Where alpha is infinite the low part is nan, and hi is the answer.
        return fast_two_sum(hi, select(is_nan(lo), Vec(0.0), lo));
    }
    static constexpr int quick_good = 44;
    static constexpr double quick_reach = HUGE_VAL, quick_least = 0;
    static inline Vec quick(Vec z, Vec alpha) {
        return select(Vec(0.0) < z, Vec(1.0), alpha * exp_quick(max(Vec(-700.0), min(Vec(0.0), z))));
    }
    static inline Vec wide(Vec z, Vec alpha) {
        // Below -1480, alpha e^z < 2^1024 2^-2135; below -1170 and for alpha < 2^600, it is below 2^-1087: both round to 0.
        const Mask large = Vec(0x1p600) <= abs(alpha);
        const Vec least = select(large, Vec(-1480.0), Vec(-1170.0));
        const ScaledPair e = exp_scaled(max(least, min(Vec(0.0), z)));
        const Pair p = times(alpha * select(large, Vec(0x1p-600), Vec(1.0)), e.value);
        const Bits exponent = e.exponent + select(large, Bits(std::uint64_t{600}), Bits(std::uint64_t{0}));
        const Vec left = scale_once(Pair{p.hi, select(is_nan(p.lo), Vec(0.0), p.lo)}, exponent);
        return select(Vec(0.0) < z, Vec(1.0), select(abs(alpha) < Vec(HUGE_VAL), left, p.hi));
    }
    // Down to -300: far below the smallest number of every narrow format, for any alpha of that format.
    static inline Pair narrow(Vec z, Vec alpha) {
        const Pair p = times(alpha, exp_pair(max(Vec(-300.0), min(Vec(0.0), z))));
        return select(Vec(0.0) < z, Pair{Vec(1.0), Vec(0.0)}, p);
    }
};

}  // namespace

extern const Kernels _elu_derivative;
const Kernels _elu_derivative = elementwise_binary<EluDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
