// The kernels under proof, found by the names on the command line.
#pragma once

#include <string>
#include <vector>

#include "cpu.hpp"

// The place of a function in the tables of functions.def; -1 where there is none of that name.
inline int function_index(const std::string& name) {
    const char* names[] = {
#define VERHULST_FUNCTION(name, inputs, outputs) #name,
#include "functions/functions.def"
#undef VERHULST_FUNCTION
    };
    for (int i = 0; i < verhulst::function_count; ++i)
        if (name == names[i]) return i;
    return -1;
}

// Those of the levels in a comma-separated list that run here.
inline std::vector<const verhulst::Level*> named_levels(const std::string& list) {
    std::vector<const verhulst::Level*> found;
    for (const verhulst::Level* level : verhulst::usable_levels())
        if (("," + list + ",").find(std::string(",") + level->name + ",") != std::string::npos) found.push_back(level);
    return found;
}

// Their names as the inside of a JSON list.
inline std::string json_names(const std::vector<const verhulst::Level*>& levels) {
    std::string names;
    for (const verhulst::Level* level : levels)
        names += (names.empty() ? "\"" : ", \"") + std::string(level->name) + "\"";
    return names;
}
