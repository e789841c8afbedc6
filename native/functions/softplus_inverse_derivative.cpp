// The derivative of softplus_inverse: 1/(1 - e^-y) for y > 0
//
// 1 - e^-y = -expm1_pair(-y) to 2^-61 of itself however small y is, and its reciprocal adds 2^-103: at most 0.504
// units in the last place. From y = 708 on the result is 1.
// Ends.    y = 0 gives inf, y < 0 nan; inf also where 1/y exceeds the largest double.
// Tested   against 320-bit MPFR on (0, 760), all exponents, dense near log 2.
#include "functions/elementwise.hpp"
#include "simd/exp_pair.hpp"
#include "simd/exp_quick.hpp"
#include "simd/reciprocal.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct SoftplusInverseDerivative {
    static Pair narrow(Vec y) {
        const Pair e = expm1_pair(max(Vec(-708.0), -y));
        const Pair inside = reciprocal({-e.hi, -e.lo});
        const Vec edge = select((Vec(0.0) <= y), Vec(HUGE_VAL), Vec(std::nan("")));
        return select(Vec(0x1p-1024) < y, inside, Pair{edge, Vec(0.0)});
    }
    // 1 + e^-30 is nearer to 1 than any other number of a narrow format.
    static inline Limit limit(Vec y) {
        return {~((Vec(0.0) <= y) & (y <= Vec(30.0))), select(Vec(0.0) <= y, Vec(1.0), Vec(std::nan("")))};
    }

    static constexpr int quick_good = 38;
    static constexpr double quick_reach = 87, quick_least = 0;
    static inline Two quick(Two y) {
        const Vec a = -expm1_quick(-y.a), b = -expm1_quick(-y.b);
        const Vec both = 1.0 / (a * b);
        return {select(Vec(0.0) < y.a, b * both, Vec(0.0)), select(Vec(0.0) < y.b, a * both, Vec(0.0))};
    }

    static Vec wide(Vec y) {
        const Pair p = narrow(y);
        return p.hi + p.lo;
    }
};

}  // namespace

extern const Kernels softplus_inverse_derivative;
const Kernels softplus_inverse_derivative = elementwise<SoftplusInverseDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
