// sigmoid(z) = 1/(1 + e^-z)
#include "functions/elementwise.hpp"
#include "simd/exp_quick.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Sigmoid {
    static Vec wide(Vec z) {
        const Pair e = exp_loose_pair(-z);
        const Vec big = max(Vec(1.0), e.hi), small = min(Vec(1.0), e.hi);
        const Pair s = fast_two_sum(big, small);
        const Vec q = 1.0 / s.hi;
        const Vec y = fma(fma(-q, s.lo + e.lo, fma(-q, s.hi, 1.0)), q, q);
        const Mask inside = abs(z) <= Vec(708.0);
        if (all(inside)) return y;
        return tails(z, inside, y);
    }
    // Where |z| > 708, or nan: e^z with one rounding, or 1.
    __attribute__((noinline)) static Vec tails(Vec z, Mask inside, Vec y) {
        const ScaledPair e = exp_scaled(min(Vec(0.0), max(Vec(-760.0), z)));
        const Vec left = scale_once(e.value, e.exponent);
        return select(inside, y, select(is_nan(z), z, left));
    }

    static Pair narrow(Vec z) {
        const Pair e = exp_pair(min(Vec(110.0), max(Vec(-110.0), -z)));
        const Pair s = two_sum(1.0, e.hi);
        const Vec q = 1.0 / s.hi;
        const Vec rest = fma(-q, s.lo + e.lo, fma(-q, s.hi, 1.0));
        return fast_two_sum(q, rest * q);
    }

    static constexpr int quick_good = 44;
    static constexpr double quick_reach = 87, quick_least = 0x1p-126;
    // One division for both: 1/s = s'/(s s').
    static inline Two quick(Two z) {
        const Vec a = 1.0 + exp_quick(-z.a), b = 1.0 + exp_quick(-z.b);
        const Vec both = 1.0 / (a * b);
        return {b * both, a * both};
    }
};

}  // namespace

extern const Kernels sigmoid;
const Kernels sigmoid = elementwise<Sigmoid>();

}  // namespace verhulst::VERHULST_LEVEL
