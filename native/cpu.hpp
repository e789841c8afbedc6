// Which instruction-set level this process uses.
#pragma once

#include <vector>

#include "level.hpp"

namespace verhulst {

// The levels in this build, and those of them that this processor can run; lowest first.
std::vector<const Level*> built_levels();
std::vector<const Level*> usable_levels();

// The level that VERHULST_CPU asks for, else the highest one that is usable: the same for as long as the process lives.
// Null where there is none.
const Level* chosen_level();

}  // namespace verhulst
