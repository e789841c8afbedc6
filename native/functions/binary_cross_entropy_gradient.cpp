// sigma(z) - y; derivation and bound in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy_kernel.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Gradient {
    static constexpr int results = 1;
    static inline void common(const BinaryCrossEntropy& loss, Pair* out) { out[0] = loss.gradient(loss.denominator()); }
    static inline void at_ends(const BinaryCrossEntropy& loss, Pair* out) { out[0] = loss.gradient_at_ends(); }

    static constexpr int good[] = {QuickBinaryCrossEntropy::gradient_good};
    static inline QuickResults<results> quick(const QuickBinaryCrossEntropy& loss) {
        return {{loss.gradient(loss.reciprocal())}, loss.usable(loss.top())};
    }
};

}  // namespace

extern const Kernels _binary_cross_entropy_gradient;
const Kernels _binary_cross_entropy_gradient = losses<Gradient>();

}  // namespace verhulst::VERHULST_LEVEL
