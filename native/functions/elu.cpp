// elu(z, alpha) = z for z > 0, else alpha (e^z - 1).
// D.-A. Clevert, T. Unterthiner, S. Hochreiter, "Fast and accurate deep network learning by exponential linear units
// (ELUs)" (2015), equation 13.
//
// e^z - 1 is a pair to 2^-61 (simd/exp_pair.hpp), the product with alpha a pair to 2^-60: float64 within 0.505 ULP.
// Below -708, e^z - 1 is -1 to 2^-1021. z = 0 keeps its sign.
#include "functions/elementwise_binary.hpp"
#include "simd/exp_quick.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Elu {
    static inline Pair narrow(Vec z, Vec alpha) {
        const Pair e = expm1_pair(max(Vec(-708.0), min(Vec(0.0), z)));
        const Vec hi = alpha * e.hi;
        const Vec lo = fma(alpha, e.lo, fma(alpha, e.hi, -hi));
        // Where alpha is infinite or the low part underflows to nonsense, hi is the answer.
        const Pair left = fast_two_sum(hi, select(abs(lo) < abs(hi), lo, Vec(0.0)));
        const Pair nonzero = select(Vec(0.0) < z, Pair{z, Vec(0.0)}, left);
        return select(z == Vec(0.0), Pair{alpha * z, alpha * z}, nonzero);  // -0 + -0 is -0
    }
    static constexpr int quick_good = 39;
    static constexpr double quick_reach = HUGE_VAL, quick_least = 0;
    static inline Vec quick(Vec z, Vec alpha) {
        return select(Vec(0.0) < z, z, alpha * expm1_quick(max(Vec(-700.0), min(Vec(0.0), z))));
    }
    static inline Vec wide(Vec z, Vec alpha) {
        const Pair p = narrow(z, alpha);
        return select(is_nan(p.lo), p.hi, p.hi + p.lo);
    }
};

}  // namespace

extern const Kernels _elu;
const Kernels _elu = elementwise_binary<Elu>();

}  // namespace verhulst::VERHULST_LEVEL
