// hard_sigmoid(z) = min(max(z + 3, 0), 6)/6.
//
// s + s_lo = z + 3 exactly (two-sum). q = RN(s/6); the remainder s - 6q is exact (one fma), so q + (s - 6q + s_lo)/6
// carries the quotient to 2^-104 of itself. Where (z + 3)/6 has finitely many bits the pair is exact, and a tie in a
// narrow format is seen as one. float64: 0.5 ULP + 2^-51.
#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct HardSigmoid {
    static inline Pair narrow(Vec z) {
        const Pair s = two_sum(z, Vec(3.0));
        const Vec q = s.hi / Vec(6.0);
        const Vec rest = (fma(-q, Vec(6.0), s.hi) + s.lo) / Vec(6.0);
        const Pair inside = fast_two_sum(q, rest);
        const Pair above = select(Vec(3.0) <= z, Pair{Vec(1.0), Vec(0.0)}, inside);
        return select(z <= Vec(-3.0), Pair{Vec(0.0), Vec(0.0)}, above);
    }
    static inline Vec wide(Vec z) {
        const Pair p = narrow(z);
        return p.hi + p.lo;
    }
};

}  // namespace

extern const Kernels hard_sigmoid;
const Kernels hard_sigmoid = elementwise<HardSigmoid>();

}  // namespace verhulst::VERHULST_LEVEL
