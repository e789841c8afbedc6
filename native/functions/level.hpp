// One compiled instruction-set level: its name and its kernels, in the order of functions.def.
#pragma once

#include "functions/kernel.hpp"

namespace verhulst {

enum Function {
#define VERHULST_FUNCTION(name, inputs, outputs) function_##name,
#include "functions/functions.def"
#undef VERHULST_FUNCTION
    function_count
};

struct Level {
    const char* name;
    const Kernels* functions[function_count];
};

}  // namespace verhulst
