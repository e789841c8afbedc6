// hard_sigmoid(z) = min(max(z + 3, 0), 6)/6.
//
// s + s_lo = z + 3 exactly (two-sum). q = s/6 to an ulp; the remainder s - 6q is exact (one fma), so q + (s - 6q + s_lo)/6
// carries the quotient to 2^-103 of itself. Where (z + 3)/6 has finitely many bits, so has the remainder's sixth, and
// 6 RN(1/6) rounds to 1: the pair is exact, and a tie in a narrow format is seen as one. float64: 0.5 ULP + 2^-50.
#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct HardSigmoid {
    static constexpr double sixth = 0x1.5555555555555p-3;  // nearest double

    static inline Pair narrow(Vec z) {
        const Pair s = two_sum(z, Vec(3.0));
        const Vec q = s.hi * sixth;
        const Vec rest = (fnma(q, Vec(6.0), s.hi) + s.lo) * sixth;
        const Pair inside = fast_two_sum(q, rest);
        const Pair above = select(Vec(3.0) <= z, Pair{Vec(1.0), Vec(0.0)}, inside);
        return select(z <= Vec(-3.0), Pair{Vec(0.0), Vec(0.0)}, above);
    }
    // 1/6, one addition, one multiplication, each rounded: 2^-51.4.
    static constexpr int quick_good = 50;
    static constexpr double quick_reach = HUGE_VAL, quick_least = HUGE_VAL;  // 0, or above 2^-25
    static inline Vec quick(Vec z) { return min(Vec(6.0), max(Vec(0.0), z + Vec(3.0))) * sixth; }
    static inline Two quick(Two z) { return {quick(z.a), quick(z.b)}; }

    static inline Vec wide(Vec z) {
        const Pair p = narrow(z);
        return p.hi + p.lo;
    }
};

}  // namespace

extern const Kernels hard_sigmoid;
const Kernels hard_sigmoid = elementwise<HardSigmoid>();

}  // namespace verhulst::VERHULST_LEVEL
