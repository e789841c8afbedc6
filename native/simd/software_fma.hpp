// a*b + c rounded once, for processors without the instruction.
#pragma once

#include <cmath>

namespace verhulst {

static inline double fused_multiply_add(double a, double b, double c) { return std::fma(a, b, c); }

}  // namespace verhulst
