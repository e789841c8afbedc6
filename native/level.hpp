// One compiled instruction-set level: its name and its kernels, those of the functions in the order of functions.def and
// row_functions.def.
#pragma once

#include "functions/binary_cross_entropy_sum.hpp"
#include "kernel.hpp"
#include "regression/cholesky.hpp"
#include "regression/class_statistics.hpp"
#include "regression/column_loops.hpp"
#include "regression/statistics.hpp"

namespace verhulst {

enum Function {
#define VERHULST_FUNCTION(name, inputs, outputs) function_##name,
#include "functions/functions.def"
#undef VERHULST_FUNCTION
    function_count
};

enum RowFunction {
#define VERHULST_ROW_FUNCTION(name, signature) row_function_##name,
#include "functions/row_functions.def"
#undef VERHULST_ROW_FUNCTION
    row_function_count
};

struct Level {
    const char* name;
    const Kernels* functions[function_count];
    const RowKernels* row_functions[row_function_count];
    const LossSumKernelsByType* loss_sums;
    AddRows add_rows;
    AddClassRows add_class_rows;
    const Cholesky* cholesky;
    const ColumnLoops* column_loops;
};

}  // namespace verhulst
