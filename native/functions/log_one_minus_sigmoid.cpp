// log(1 - sigma(z)) = log sigma(-z) = -softplus(z); derivation and bound in softplus.hpp.
#include "functions/softplus.hpp"

namespace verhulst::VERHULST_LEVEL {

extern const Kernels log_one_minus_sigmoid;
const Kernels log_one_minus_sigmoid = elementwise<MinusSoftplus>();

}  // namespace verhulst::VERHULST_LEVEL
