// Value and gradient of the binary cross-entropy; derivation and bound in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy_kernel.hpp"

namespace verhulst::VERHULST_LEVEL {

extern const Kernels _binary_cross_entropy_value_gradient;
const Kernels _binary_cross_entropy_value_gradient = losses<value_part | gradient_part>();

}  // namespace verhulst::VERHULST_LEVEL
