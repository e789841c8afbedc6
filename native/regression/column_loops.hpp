// Loops over a piece of one column, compiled once per level.
#pragma once

#include <cstddef>

namespace verhulst {

struct ColumnLoops {
    bool (*finite)(const double* x, std::ptrdiff_t count);
    // to += multiple x; how many numbers of x are not 0.
    std::ptrdiff_t (*add_multiple)(double multiple, const double* x, std::ptrdiff_t count, double* to);
};

}  // namespace verhulst
