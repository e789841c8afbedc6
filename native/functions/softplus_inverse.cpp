// softplus_inverse(y) = log(e^y - 1), y > 0
//
// Every case is a logarithm of 2^k (1 + f) by way of e^x - 1, which is good to 2^-61 of itself (simd/exp_pair.hpp):
//   low     y < 1.2, but not middle: m = e^y - 1 gives k and f.
//   middle  0.5625 < y < 0.8125, about the root log 2: k = 0 and f = e^y - 2 = 2 (e^d - 1), d = y - log 2 as a
//           pair (log 2 taken to 160 bits), so that f keeps full relative accuracy.
//   high    y >= 1.2: y + log m, m = 1 - e^-y = -(e^-y - 1).
// Error.  middle: 2^-61 of f, so of the result, plus log_pair's. low: the result is above 0.22 in absolute
//   value, and m good to 2^-61 of itself where y is small and |log m| large, to 2^-63 elsewhere. high: |log m| < 0.36, the result above 0.84.
//   Together at most 0.51 units in the last place.
// Ends.   A subnormal y is m itself, multiplied by 2^100 first. 0 gives -inf, y < 0 nan.
// Tested  against 250-bit MPFR on (0, 2^1020), dense near log 2, 0 and 1.2.
#include "functions/elementwise.hpp"
#include "simd/exp_pair.hpp"
#include "simd/exp_quick.hpp"
#include "simd/log_pair.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct SoftplusInverse {
    // log 2 as three doubles.
    static inline Pair minus_log2(Vec y) {
        const Pair d = two_sum(y - 0x1.62e42fefa39efp-1, -0x1.abc9e3b39803fp-56);
        return {d.hi, d.lo - 0x1.7b57a079a1934p-111};
    }
    static inline Pair pair(Vec y) {
        const Mask high = Vec(1.2) <= y;
        const Mask middle = (Vec(0.5625) < y) & (y < Vec(0.8125));
        const Vec x = select(high, max(Vec(-700.0), -y), y);
        const Pair e = expm1_pair(select(middle, minus_log2(y), Pair{x, 0.0}));
        const Vec sign = select(high, Vec(-1.0), Vec(1.0));
        const Vec m = select(middle, e.hi + 1.0 + e.hi, sign * e.hi);
        const logarithm::Place at = logarithm::place(m);
        const Pair f = {at.scaled(m) - 1.0, sign * e.lo * at.scaled(1.0)};
        const Pair log = log_pair(at, select(middle, Pair{e.hi + e.hi, e.lo + e.lo}, f));
        const Pair sum = two_sum(select(high, y, Vec(0.0)), log.hi);
        return {sum.hi, sum.lo + log.lo};
    }
    __attribute__((noinline)) static Vec ends(Vec y, Vec result) {
        logarithm::Place at = logarithm::place(y * 0x1p100);
        at.k = at.k - 100.0;
        const Pair tiny = log_pair(at, Pair{at.scaled(y * 0x1p100) - 1.0, 0.0});
        result = select(y < Vec(0x1p-1000), tiny.hi + tiny.lo, result);
        const Vec at_ends = select(y == Vec(0.0), Vec(-HUGE_VAL), select(y == Vec(HUGE_VAL), y, Vec(std::nan(""))));
        return select((Vec(0.0) < y) & (y < Vec(HUGE_VAL)), result, at_ends);
    }
    static inline Vec wide(Vec y) {
        const Mask ordinary = (Vec(0x1p-1000) <= y) & (y < Vec(HUGE_VAL));
        const Pair p = pair(y);
        const Vec result = p.hi + p.lo;
        return all(ordinary) ? result : ends(y, result);
    }
    static inline Pair narrow(Vec y) {
        const Pair p = pair(y);
        const Pair result = fast_two_sum(p.hi, p.lo);
        const Mask ordinary = (Vec(0x1p-1000) <= y) & (y < Vec(HUGE_VAL));
        return all(ordinary) ? result : select(ordinary, result, Pair{ends(y, result.hi), 0.0});
    }

    // y - softplus_inverse(y) = -log(1 - e^-y) is less than half a unit of y from y = 30 on.
    static inline Limit limit(Vec y) {
        return {~((Vec(0.0) <= y) & (y <= Vec(30.0))), select(Vec(0.0) <= y, y, Vec(std::nan("")))};
    }

    // The same three cases, e^x - 1 to 2^-40 of itself. low: |log m| > 0.22. middle: f to 2^-40 of itself.
    static constexpr int quick_good = 37;
    static constexpr double quick_reach = 87, quick_least = 0;
    static inline Vec quick(Vec y) {
        const Mask high = Vec(1.2) <= y;
        const Mask middle = (Vec(0.5625) < y) & (y < Vec(0.8125));
        const Vec d = (y - 0x1.62e42fefa39efp-1) - 0x1.abc9e3b39803fp-56;
        const exponential::Quick e = exponential::quick(select(high, -y, select(middle, d, y)));
        const Vec h = multiply_add(e.power, e.fraction, e.power);
        const Vec less_one = multiply_add(e.power, e.fraction, e.power - 1.0);
        const Vec f = select(high, -h, less_one + less_one);
        const Mask about_one = high | middle;
        const logarithm::Place at = logarithm::place(select(about_one, 1.0 + f, less_one));
        const Vec r =
            select(about_one, multiply_add(f, at.c, at.c - 1.0), multiply_add(at.scaled(less_one), at.c, -1.0));
        const Vec log = logarithm::finish_quick(r, multiply_add(at.k, logarithm::log2_hi, at.log));
        return select(Vec(0.0) < y, log + select(high, y, Vec(0.0)), Vec(0.0));
    }
    static inline Two quick(Two y) { return {quick(y.a), quick(y.b)}; }
};

}  // namespace

extern const Kernels softplus_inverse;
const Kernels softplus_inverse = elementwise<SoftplusInverse>();

}  // namespace verhulst::VERHULST_LEVEL
