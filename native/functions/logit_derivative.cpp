// logit'(p) = 1/(p (1 - p))
//
// 1 - p is rest + rest_lo exactly. The product p (1 - p) is a pair to 2^-105 of itself, its reciprocal to 2^-103.
// So the result is rounded once from a pair: at most 0.5001 units in the last place.
// Ends.    p = 0 and p = 1 give inf, p outside [0, 1] nan; inf also where 1/p exceeds the largest double.
// Tested   against 320-bit MPFR on (0, 1), dense near 0, 1/2 and 1.
#include "functions/elementwise.hpp"
#include "simd/reciprocal.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LogitDerivative {
    static Pair narrow(Vec p) {
        const Vec rest = 1.0 - p;
        const Vec rest_lo = (1.0 - rest) - p;
        const Vec product = p * rest;
        const Pair y = reciprocal({product, fma(p, rest_lo, fma(p, rest, -product))});
        const Mask inside = (Vec(0x1p-1024) < p) & (p < Vec(1.0));
        const Vec edge = select((Vec(0.0) <= p) & (p <= Vec(1.0)), Vec(HUGE_VAL), Vec(std::nan("")));
        return select(inside, y, Pair{edge, Vec(0.0)});
    }
    // Two products and a quotient, each rounded, and 1 - p: 2^-50.
    static constexpr int quick_good = 50;
    static constexpr double quick_reach = 1, quick_least = 0;
    static inline Two quick(Two p) {
        const Vec a = p.a * (1.0 - p.a), b = p.b * (1.0 - p.b);
        const Vec both = 1.0 / (a * b);
        return {select(inside(p.a), b * both, Vec(0.0)), select(inside(p.b), a * both, Vec(0.0))};
    }
    static inline Mask inside(Vec p) { return (Vec(0.0) < p) & (p < Vec(1.0)); }

    static inline Limit limit(Vec p) { return {~((Vec(0.0) <= p) & (p <= Vec(1.0))), Vec(std::nan(""))}; }

    static Vec wide(Vec p) {
        const Pair y = narrow(p);
        return y.hi + y.lo;
    }
};

}  // namespace

extern const Kernels logit_derivative;
const Kernels logit_derivative = elementwise<LogitDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
