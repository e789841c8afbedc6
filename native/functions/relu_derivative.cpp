// relu'(z) = 1 for z > 0, else 0 (at the kink too); nan stays nan.
#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct ReluDerivative {
    static inline Vec wide(Vec z) { return select(is_nan(z), z, select(Vec(0.0) < z, Vec(1.0), Vec(0.0))); }
    static inline Pair narrow(Vec z) { return {wide(z), Vec(0.0)}; }
};

}  // namespace

extern const Kernels relu_derivative;
const Kernels relu_derivative = elementwise<ReluDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
