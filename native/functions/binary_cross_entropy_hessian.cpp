// sigma(z) sigma(-z), nan where y is no label; derivation and bound in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy_kernel.hpp"

namespace verhulst::VERHULST_LEVEL {

extern const Kernels _binary_cross_entropy_hessian;
const Kernels _binary_cross_entropy_hessian = losses<hessian_part>();

}  // namespace verhulst::VERHULST_LEVEL
