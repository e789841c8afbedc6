// sigma(z) sigma(-z), nan where y is no label; derivation and bound in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy.hpp"

#include "functions/elementwise_binary.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Hessian {
    static inline Pair pair(Vec z, Vec y) {
        const BinaryCrossEntropy loss(z, y);
        return loss.hessian(loss.denominator());
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

extern const Kernels _binary_cross_entropy_hessian;
const Kernels _binary_cross_entropy_hessian = elementwise_binary<Hessian>();

}  // namespace verhulst::VERHULST_LEVEL
