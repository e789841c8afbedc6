// leaky_relu(z, slope) = z for z > 0, else slope z. One multiplication: correctly rounded in every format, since the
// product of two narrow numbers is exact in a double.
#include "functions/elementwise_binary.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LeakyRelu {
    static inline Vec wide(Vec z, Vec slope) { return select(Vec(0.0) < z, z, slope * z); }
    static inline Pair narrow(Vec z, Vec slope) { return {wide(z, slope), Vec(0.0)}; }
};

}  // namespace

extern const Kernels _leaky_relu;
const Kernels _leaky_relu = elementwise_binary<LeakyRelu>();

}  // namespace verhulst::VERHULST_LEVEL
