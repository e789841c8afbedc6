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

}  // namespace verhulst
