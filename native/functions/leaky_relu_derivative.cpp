// leaky_relu'(z, slope) = 1 for z > 0, else slope (at the kink: the derivative from the left); nan stays nan.
#include "functions/elementwise_binary.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LeakyReluDerivative {
    static inline Vec wide(Vec z, Vec slope) { return select(is_nan(z), z, select(Vec(0.0) < z, Vec(1.0), slope)); }
    static inline Pair narrow(Vec z, Vec slope) { return {wide(z, slope), Vec(0.0)}; }
};

}  // namespace

extern const Kernels _leaky_relu_derivative;
const Kernels _leaky_relu_derivative = elementwise_binary<LeakyReluDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
