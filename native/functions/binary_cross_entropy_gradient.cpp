// sigma(z) - y; derivation and bound in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy.hpp"

#include "functions/elementwise_binary.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Gradient {
    static inline Pair pair(Vec z, Vec y) {
        const BinaryCrossEntropy loss(z, y);
        return loss.gradient(loss.denominator());
    }
    static inline Vec wide(Vec z, Vec y) {
        const Pair p = pair(z, y);
        return p.hi + p.lo;
    }
    static inline Pair narrow(Vec z, Vec y) {
        const Pair p = pair(z, y);
        return two_sum(p.hi, p.lo);
    }
};

}  // namespace

extern const Kernels _binary_cross_entropy_gradient;
const Kernels _binary_cross_entropy_gradient = elementwise_binary<Gradient>();

}  // namespace verhulst::VERHULST_LEVEL
