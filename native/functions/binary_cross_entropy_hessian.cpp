// sigma(z) sigma(-z), nan where y is no label; derivation and bound in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy_kernel.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Hessian {
    static constexpr int results = 1;
    static inline void common(const BinaryCrossEntropy& loss, Pair* out) { out[0] = loss.hessian(loss.denominator()); }
    static inline void at_ends(const BinaryCrossEntropy& loss, Pair* out) { out[0] = loss.hessian_at_ends(); }

    static constexpr int good[] = {QuickBinaryCrossEntropy::hessian_good};
    static inline QuickResults<results> quick(const QuickBinaryCrossEntropy& loss) {
        return {{loss.hessian(loss.reciprocal())}, loss.usual};
    }
};

}  // namespace

extern const Kernels _binary_cross_entropy_hessian;
const Kernels _binary_cross_entropy_hessian = losses<Hessian>();

}  // namespace verhulst::VERHULST_LEVEL
