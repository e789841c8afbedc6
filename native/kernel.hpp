// What a function looks like to the rest of the library: for each number type, a routine over contiguous arrays.
#pragma once

#include <cstddef>

namespace verhulst {

// Reads n numbers from each input array, writes n to each output array. In place is allowed: in[i] == out[j].
using Kernel = void (*)(const char* const* in, char* const* out, std::ptrdiff_t n);

enum Type { float16, bfloat16, float32, float64, type_count };

struct Kernels {
    Kernel by_type[type_count];
};

// Functions over an axis: `rows` rows of n numbers that lie side by side; the steps from row to row are in bytes. Writes
// n numbers for each row, or one. In place is allowed: in == out, with equal steps.
using RowKernel = void (*)(const char* in, std::ptrdiff_t in_step, char* out, std::ptrdiff_t out_step, std::ptrdiff_t n,
                           std::ptrdiff_t rows);

struct RowKernels {
    RowKernel by_type[type_count];
};

}  // namespace verhulst
