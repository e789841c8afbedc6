// logit(p) = log(p/(1 - p))
//
// Formula.  By symmetry log(big/small), big and small the larger and smaller of p and 1 - p, with the sign of p - 1/2.
//   1 - p is exact for p >= 1/2; below, it is the larger, and its rounding error (1 - (1 - p)) - p is exact.
//   With 2^k about big/small: big/small = 2^k (1 + f), f = (big 2^-k - small)/small: the difference is exact (Sterbenz,
//   up to big's low part), so f has full relative accuracy even at p = 1/2, where k = 0 and f = (1 - 2p)/p.
//   f.hi = the difference times 1/small, wrong by 1.5 units; f.lo = what a multiply-add finds missing, times 1/small.
// Error.    f is good to 2^-103; log_pair to 2^-61 where that is largest. At most 0.503 units in the last place.
// Scale.    A subnormal p is multiplied by 2^100 first, which is taken from k.
// Tested    against 250-bit MPFR on (0, 1), dense near 1/2, 0 and 1.
#include "functions/elementwise.hpp"
#include "simd/log_pair.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Logit {
    // log(big/small) where 2^-1000 <= small 2^rescaled and the sum of big and small is 1.
    static Pair ratio(Vec big, Vec big_lo, Vec small, Vec rescaled) {
        const Vec reciprocal = 1.0 / small;
        logarithm::Place at = logarithm::place(big * reciprocal);
        const Vec difference = fma(big, at.down, -small);
        const Vec hi = difference * reciprocal;
        const Vec rest = fma(big_lo, at.down, fma(-hi, small, difference));
        at.k = at.k + rescaled;
        return log_pair(at, Pair{hi, rest * reciprocal});
    }
    static Pair pair(Vec p) {
        const Vec rest = 1.0 - p;
        const Vec rest_lo = (1.0 - rest) - p;
        const Vec big = max(rest, p);
        const Vec small = min(rest, p);
        const Mask ordinary = Vec(0x1p-1000) <= small;
        Pair y;
        if (all(ordinary)) {
            y = ratio(big, rest_lo, small, 0.0);
        } else {
            const Vec scale = select(ordinary, Vec(1.0), Vec(0x1p100));
            y = ratio(big, rest_lo, select(Vec(0.0) < small, small * scale, Vec(0.5)), select(ordinary, Vec(0.0), Vec(100.0)));
            const Vec at_ends = select(small == Vec(0.0), Vec(HUGE_VAL), Vec(std::nan("")));
            y = select(Vec(0.0) < small, y, Pair{at_ends, 0.0});
        }
        const Vec half = p - 0.5;
        const Bits sign = bits(half) & Bits(sign_bit);
        return {from_bits(bits(y.hi) ^ sign), from_bits(bits(y.lo) ^ sign)};
    }
    static Vec wide(Vec p) {
        const Pair y = pair(p);
        return y.hi + y.lo;
    }
    static Pair narrow(Vec p) {
        const Pair y = pair(p);
        return fast_two_sum(y.hi, y.lo);
    }
};

}  // namespace

extern const Kernels logit;
const Kernels logit = elementwise<Logit>();

}  // namespace verhulst::VERHULST_LEVEL
