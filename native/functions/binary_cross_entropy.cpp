// softplus(z) - y z; derivation and bound in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy.hpp"

#include "functions/elementwise_binary.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Value {
    static inline Pair pair(Vec z, Vec y) {
        const BinaryCrossEntropy loss(z, y);
        return loss.value();
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

extern const Kernels _binary_cross_entropy;
const Kernels _binary_cross_entropy = elementwise_binary<Value>();

}  // namespace verhulst::VERHULST_LEVEL
