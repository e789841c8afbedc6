// Which instruction-set level this process uses.
#pragma once

#include "functions/level.hpp"

namespace verhulst {

// The level asked for by VERHULST_CPU, else the highest one that this processor has.
// Returns null where VERHULST_CPU names a level that is unknown, not built, or not supported by this processor;
// `problem` then says which.
const Level* choose_level(const char** problem);

// All the levels in this build that this processor can run, lowest first; null-terminated.
const Level* const* usable_levels();

}  // namespace verhulst
