// Value, gradient and Hessian of the binary cross-entropy; derivation and bound in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy_kernel.hpp"

namespace verhulst::VERHULST_LEVEL {

extern const Kernels _binary_cross_entropy_all;
const Kernels _binary_cross_entropy_all = losses<value_part | gradient_part | hessian_part>();

}  // namespace verhulst::VERHULST_LEVEL
