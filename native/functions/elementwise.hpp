// From a formula on vectors to kernels on arrays.
//
// A function of one argument is a struct with two members:
//   static Vec  wide(Vec z);     float64: the result, at most 0.51 ULP off
//   static Pair narrow(Vec z);   float32 and below: z is such a number, exactly; hi + lo close enough to round once
// Tails go through the same vector code on a padded block, so length and offset cannot change a bit.
#pragma once

#include <algorithm>
#include <cmath>

#include "functions/kernel.hpp"
#include "simd/narrow.hpp"

namespace verhulst::VERHULST_LEVEL {

template <class F>
void wide_kernel(const char* const* in, char* const* out, std::ptrdiff_t n) {
    const double* x = reinterpret_cast<const double*>(in[0]);
    double* y = reinterpret_cast<double*>(out[0]);
    std::ptrdiff_t i = 0;
    for (; i + lanes <= n; i += lanes) store(y + i, F::wide(load(x + i)));
    if (i < n) {
        double block[lanes] = {};
        std::copy(x + i, x + n, block);
        store(block, F::wide(load(block)));
        std::copy(block, block + (n - i), y + i);
    }
}

template <class F, class Format>
void narrow_kernel(const char* const* in, char* const* out, std::ptrdiff_t n) {
    using Storage = typename Format::Storage;
    const Storage* x = reinterpret_cast<const Storage*>(in[0]);
    Storage* y = reinterpret_cast<Storage*>(out[0]);
    std::ptrdiff_t i = 0;
    for (; i + lanes <= n; i += lanes) Format::store(y + i, round_to_odd(F::narrow(Format::load(x + i))));
    if (i < n) {
        Storage block[lanes] = {};
        std::copy(x + i, x + n, block);
        Format::store(block, round_to_odd(F::narrow(Format::load(block))));
        std::copy(block, block + (n - i), y + i);
    }
}

template <class F>
constexpr Kernels elementwise() {
    return {{narrow_kernel<F, Float16>, narrow_kernel<F, BFloat16>, narrow_kernel<F, Float32>, wide_kernel<F>}};
}

}  // namespace verhulst::VERHULST_LEVEL
