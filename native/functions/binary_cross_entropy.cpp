// softplus(z) - y z; derivation and bound in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy_kernel.hpp"

namespace verhulst::VERHULST_LEVEL {

extern const Kernels _binary_cross_entropy;
const Kernels _binary_cross_entropy = losses<value_part>();

}  // namespace verhulst::VERHULST_LEVEL
