// Value, gradient and Hessian of the binary cross-entropy with one read of z and y and one e^-|z|; derivation and bound
// in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy_kernel.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct AllThree {
    static constexpr int results = 3;
    static inline void common(const BinaryCrossEntropy& loss, Pair* out) {
        const BinaryCrossEntropy::Denominator denominator = loss.denominator();
        out[0] = loss.value();
        out[1] = loss.gradient(denominator);
        out[2] = loss.hessian(denominator);
    }
    static inline void at_ends(const BinaryCrossEntropy& loss, Pair* out) {
        out[0] = loss.value_at_ends();
        out[1] = loss.gradient_at_ends();
        out[2] = loss.hessian_at_ends();
    }

    static constexpr int good[] = {QuickBinaryCrossEntropy::value_good, QuickBinaryCrossEntropy::gradient_good,
                                   QuickBinaryCrossEntropy::hessian_good};
    static inline QuickResults<results> quick(const QuickBinaryCrossEntropy& loss) {
        const Vec reciprocal = loss.reciprocal();
        return {{loss.value(), loss.gradient(reciprocal), loss.hessian(reciprocal)}, loss.usable(loss.top())};
    }
};

}  // namespace

extern const Kernels _binary_cross_entropy_all;
const Kernels _binary_cross_entropy_all = losses<AllThree>();

}  // namespace verhulst::VERHULST_LEVEL
