// What every kernel of a level computes, as digests that are the same for every level, compiler and processor.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "level.hpp"

namespace verhulst {

// The functions of functions.def; `rows`, `loss_sums` and `regression` are the others.
std::vector<std::string> digest_names();

// Lines of text. For a kernel and a type: name, type, how many inputs, digest of the results (any nan counts as one).
// For `regression`: name and numbers, which agree between levels to about 13 digits.
//
// Functions of one argument: every float16 and bfloat16; 2^float32_bits float32, one from each stratum of bit patterns;
// float64 at `points` points of each of the strata that make prove takes. The other kernels: a sample.
std::string digest_lines(const Level&, const std::string& name, int float32_bits, std::size_t points);

}  // namespace verhulst
