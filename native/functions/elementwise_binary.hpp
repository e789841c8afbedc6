// From a formula on two vectors to kernels on arrays: as elementwise.hpp, for functions of two arguments.
//
//   static Vec  wide(Vec a, Vec b);     float64
//   static Pair narrow(Vec a, Vec b);   float32 and below
//   static Vec  quick(Vec a, Vec b);    if there is one: rough, with quick_good, quick_reach (of a), quick_least
#pragma once

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {

struct Float64 {
    using Storage = double;
    static Vec load(const double* p) { return VERHULST_LEVEL::load(p); }
    static void store(double* p, Vec a) { VERHULST_LEVEL::store(p, a); }
};

template <class F, class Format>
Vec binary(Vec a, Vec b) {
    if constexpr (std::is_same_v<Format, Float64>) {
        return F::wide(a, b);
    } else {
        if constexpr (has_quick<F>::value) {
            const Vec near = F::quick(a, b);
            if (all(decided<F, Format>(a, near))) return near;
        }
        return round_to_odd(F::narrow(a, b));
    }
}

template <class F, class Format>
void binary_kernel(const char* const* in, char* const* out, std::ptrdiff_t n) {
    using Storage = typename Format::Storage;
    const Storage* a = reinterpret_cast<const Storage*>(in[0]);
    const Storage* b = reinterpret_cast<const Storage*>(in[1]);
    Storage* y = reinterpret_cast<Storage*>(out[0]);
    std::ptrdiff_t i = 0;
    for (; i + lanes <= n; i += lanes)
        Format::store(y + i, binary<F, Format>(Format::load(a + i), Format::load(b + i)));
    if (i < n) {
        Storage first[lanes] = {}, second[lanes] = {};
        std::copy(a + i, a + n, first);
        std::copy(b + i, b + n, second);
        Format::store(first, binary<F, Format>(Format::load(first), Format::load(second)));
        std::copy(first, first + (n - i), y + i);
    }
}

template <class F>
constexpr Kernels elementwise_binary() {
    return {{binary_kernel<F, Float16>, binary_kernel<F, BFloat16>, binary_kernel<F, Float32>,
             binary_kernel<F, Float64>}};
}

}  // namespace verhulst::VERHULST_LEVEL
