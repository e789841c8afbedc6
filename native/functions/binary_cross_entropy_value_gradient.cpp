// Value and gradient of the binary cross-entropy with one read of z and y and one e^-|z|; derivation and bound in
// binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy_kernel.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct ValueAndGradient {
    static constexpr int results = 2;
    static inline void common(const BinaryCrossEntropy& loss, Pair* out) {
        out[0] = loss.value();
        out[1] = loss.gradient(loss.denominator());
    }
    static inline void at_ends(const BinaryCrossEntropy& loss, Pair* out) {
        out[0] = loss.value_at_ends();
        out[1] = loss.gradient_at_ends();
    }

    static constexpr int good[] = {QuickBinaryCrossEntropy::value_good, QuickBinaryCrossEntropy::gradient_good};
    static inline QuickResults<results> quick(const QuickBinaryCrossEntropy& loss) {
        return {{loss.value(), loss.gradient(loss.reciprocal())}, loss.usable(loss.top())};
    }
};

}  // namespace

extern const Kernels _binary_cross_entropy_value_gradient;
const Kernels _binary_cross_entropy_value_gradient = losses<ValueAndGradient>();

}  // namespace verhulst::VERHULST_LEVEL
