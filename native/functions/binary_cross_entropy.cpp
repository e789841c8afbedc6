// softplus(z) - y z; derivation and bound in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy_kernel.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Value {
    static constexpr int results = 1;
    static inline void common(const BinaryCrossEntropy& loss, Pair* out) { out[0] = loss.value(); }
    static inline void at_ends(const BinaryCrossEntropy& loss, Pair* out) { out[0] = loss.value_at_ends(); }

    static constexpr int good[] = {QuickBinaryCrossEntropy::value_good};
    static inline QuickResults<results> quick(const QuickBinaryCrossEntropy& loss) {
        return {{loss.value()}, loss.usual};
    }
};

}  // namespace

extern const Kernels _binary_cross_entropy;
const Kernels _binary_cross_entropy = losses<Value>();

}  // namespace verhulst::VERHULST_LEVEL
