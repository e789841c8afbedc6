// log1m_exp(x) = log(1 - e^x), x < 0
// M. Maechler, "Accurately computing log(1 - exp(-|a|))" (2012): near 0 the logarithm of -(e^x - 1), else log(1 + -e^x).
//
// Both are one logarithm here, of 2^k (1 + f): where 1 - e^x < 0.698 (x > -1.2), m = -(e^x - 1) gives k and f; below,
//   k = 0 and f = -e^x itself, which keeps every digit of e^x however small it is.
// Error.  Left of -1.2, |d log(1 - h)| <= 1.2 |log(1 - h)| |dh/h|, h = e^x good to 2^-62.8. Right of it, m is good to
//   2^-61 and |log m| > 0.359: 2^-59.5 of the result, which is 0.006 units in its last place. log_pair adds 0.002. At
//   most 0.51 units in the last place.
// Ends.   Below -700 the result is -e^x, rounded once at its own, perhaps subnormal, scale. Where x is subnormal, so is
//   m = -x: it is multiplied by 2^100 first. 0 gives -inf, x > 0 nan.
// Tested  against 250-bit MPFR on [-746, 0), dense near 0 and on both sides of -1.2.
#include "functions/elementwise.hpp"
#include "simd/exp_pair.hpp"
#include "simd/exp_quick.hpp"
#include "simd/log_pair.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Log1mExp {
    // -700 <= x <= -2^-1000
    static inline Pair pair(Vec x) {
        const Pair h = exp_pair(x);
        const Pair e = expm1_pair(x);
        const Mask far = x <= Vec(-1.2);
        const logarithm::Place at = logarithm::place(-e.hi);
        const Pair near_f = {at.scaled(-e.hi) - 1.0, -e.lo * at.scaled(1.0)};
        return log_pair(at, select(far, Pair{-h.hi, -h.lo}, near_f));
    }
    __attribute__((noinline)) static Vec ends(Vec x, Vec y) {
        const ScaledPair h = exp_scaled(max(Vec(-760.0), min(Vec(0.0), x)));
        logarithm::Place at = logarithm::place(x * -0x1p100);
        at.k = at.k - 100.0;
        const Pair tiny = log_pair(at, Pair{at.scaled(x * -0x1p100) - 1.0, 0.0});
        y = select(x < Vec(-700.0), -scale_once(h.value, h.exponent), y);
        y = select(Vec(-0x1p-1000) < x, tiny.hi + tiny.lo, y);
        return select(x < Vec(0.0), y, select(x == Vec(0.0), Vec(-HUGE_VAL), Vec(std::nan(""))));
    }
    static inline Vec wide(Vec x) {
        const Mask ordinary = (Vec(-700.0) <= x) & (x <= Vec(-0x1p-1000));
        const Pair p = pair(x);
        const Vec y = p.hi + p.lo;
        return all(ordinary) ? y : ends(x, y);
    }
    static inline Pair narrow(Vec x) {
        const Pair p = pair(min(Vec(-0x1p-1000), max(Vec(-700.0), x)));
        const Pair y = fast_two_sum(p.hi, p.lo);
        return select(x < Vec(0.0), y, Pair{select(x == Vec(0.0), Vec(-HUGE_VAL), Vec(std::nan(""))), 0.0});
    }

    // -e^-110 rounds to -0 in every narrow format.
    static inline Limit limit(Vec x) {
        return {~((Vec(-110.0) <= x) & (x <= Vec(0.0))), select(x <= Vec(0.0), Vec(-0.0), Vec(std::nan("")))};
    }

    // The same two cases: left of -1.2, h to 2^-46; right of it, m to 2^-40 and |log m| > 0.359.
    static constexpr int quick_good = 38;
    static constexpr double quick_reach = 87, quick_least = 0;
    static inline Vec quick(Vec x) {
        const exponential::Quick e = exponential::quick(x);
        const Vec h = multiply_add(e.power, e.fraction, e.power);
        const Vec m = -multiply_add(e.power, e.fraction, e.power - 1.0);
        const Mask far = x <= Vec(-1.2);
        const logarithm::Place at = logarithm::place(select(far, 1.0 - h, m));
        const Vec r = select(far, multiply_add(-h, at.c, at.c - 1.0), multiply_add(at.scaled(m), at.c, -1.0));
        const Vec y = logarithm::finish_quick(r, multiply_add(at.k, logarithm::log2_hi, at.log));
        return select(x < Vec(0.0), y, Vec(0.0));
    }
    static inline Two quick(Two x) { return {quick(x.a), quick(x.b)}; }
};

}  // namespace

extern const Kernels log1m_exp;
const Kernels log1m_exp = elementwise<Log1mExp>();

}  // namespace verhulst::VERHULST_LEVEL
