// hard_sigmoid'(z) = 1/6 for -3 < z < 3, else 0 (at the kinks too); nan stays nan.
#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct HardSigmoidDerivative {
    static inline Vec wide(Vec z) {
        return select(is_nan(z), z, select(abs(z) < Vec(3.0), Vec(1.0) / Vec(6.0), Vec(0.0)));
    }
    static inline Pair narrow(Vec z) {  // 1/6 is not a double: a positive rest makes one that rounds well
        return {wide(z), select(abs(z) < Vec(3.0), Vec(0x1p-56), Vec(0.0))};
    }
};

}  // namespace

extern const Kernels hard_sigmoid_derivative;
const Kernels hard_sigmoid_derivative = elementwise<HardSigmoidDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
