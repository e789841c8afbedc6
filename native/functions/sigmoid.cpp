// sigmoid(z) = 1/(1 + e^-z)
#include "functions/elementwise.hpp"
#include "simd/exp_pair.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Sigmoid {
    // 1/(1 + e^-z) as a pair, |z| <= 708.
    static inline Pair pair(Vec z) {
        const Pair e = exp_pair(-z);
        const Pair s = two_sum(1.0, e.hi);
        const Vec s_lo = s.lo + e.lo;
        const Vec q = 1.0 / s.hi;
        const Vec rest = fma(-q, s_lo, fma(-q, s.hi, 1.0));
        return {q, rest * q};
    }
    static Vec wide(Vec z) {
        const Vec inside = min(Vec(708.0), max(Vec(-708.0), z));
        const Pair p = pair(inside);
        const Vec y = p.hi + p.lo;
        const Mask tail = z < Vec(-708.0);
        if (!any(tail)) return y;
        const ScaledPair e = exp_scaled(max(Vec(-760.0), z));
        return select(tail, scale_once(e.value, e.exponent), y);
    }
    static Pair narrow(Vec z) { return pair(min(Vec(708.0), max(Vec(-708.0), z))); }
};

}  // namespace

extern const Kernels sigmoid;
const Kernels sigmoid = elementwise<Sigmoid>();

}  // namespace verhulst::VERHULST_LEVEL
