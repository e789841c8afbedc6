// softplus(z) = log(1 + e^z); derivation and bound in softplus.hpp.
#include "functions/softplus.hpp"

namespace verhulst::VERHULST_LEVEL {

extern const Kernels softplus;
const Kernels softplus = elementwise<Softplus>();

}  // namespace verhulst::VERHULST_LEVEL
