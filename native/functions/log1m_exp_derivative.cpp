// The derivative of log1m_exp: -e^x/(1 - e^x) = -1/(e^-x - 1) for x < 0
//
// e^-x - 1 = expm1_pair(-x) to 2^-61 of itself however small x is, and its reciprocal adds 2^-103: at most 0.504 units
// in the last place. Below x = -700 the 1 no longer counts, the result is -e^x, rounded once into the subnormals.
// Ends.    x = 0 gives -inf, x > 0 nan, x = -inf gives -0; -inf also where 1/x exceeds the largest double.
// Tested   against 320-bit MPFR on (-760, 0), all exponents, dense near -log 2.
#include "functions/elementwise.hpp"
#include "simd/exp_pair.hpp"
#include "simd/exp_quick.hpp"
#include "simd/reciprocal.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Log1mExpDerivative {
    static Pair narrow(Vec x) {
        const Pair e = expm1_pair(min(Vec(708.0), -x));
        const Pair inside = reciprocal({-e.hi, -e.lo});
        const Vec edge = select(x <= Vec(0.0), Vec(-HUGE_VAL), Vec(std::nan("")));
        return select(x < Vec(-0x1p-1024), inside, Pair{edge, Vec(0.0)});
    }
    // -e^-110 rounds to -0 in every narrow format.
    static inline Limit limit(Vec x) {
        return {~((Vec(-110.0) <= x) & (x <= Vec(0.0))), select(x <= Vec(0.0), Vec(-0.0), Vec(std::nan("")))};
    }

    static constexpr int quick_good = 38;
    static constexpr double quick_reach = 87, quick_least = 0;
    static inline Two quick(Two x) {
        const Vec a = -expm1_quick(-x.a), b = -expm1_quick(-x.b);
        const Vec both = 1.0 / (a * b);
        return {select(x.a < Vec(0.0), b * both, Vec(0.0)), select(x.b < Vec(0.0), a * both, Vec(0.0))};
    }

    static Vec wide(Vec x) {
        const Pair p = narrow(x);
        const Vec y = p.hi + p.lo;
        const Mask tail = x < Vec(-700.0);
        if (!any(tail)) return y;
        const ScaledPair e = exp_scaled(max(Vec(-760.0), x));
        return select(tail, -scale_once(e.value, e.exponent), y);
    }
};

}  // namespace

extern const Kernels log1m_exp_derivative;
const Kernels log1m_exp_derivative = elementwise<Log1mExpDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
