// From a formula on vectors to kernels on arrays.
//
// A function of one argument is a struct with two members:
//   static Vec  wide(Vec z);     float64: the result, at most 0.51 ULP off
//   static Pair narrow(Vec z);   float32 and below: z is such a number, exactly; hi + lo close enough to round once,
//                                |lo| < ulp(hi)
// and, to be fast in float64 where `wide` has rare cases, two more:
//   static Mask usual(Vec z);    where z is none of them
//   static Vec  common(Vec z);   what `wide` gives then, without branches: several vectors are computed at once, so that
//                                the operations of one fill the waiting times of another
// and, to be fast in the narrow formats, a fifth, which may be rough, for two vectors at a time:
//   static Two quick(Two z);     a relative error of at most 2^-quick_good where |z| <= quick_reach, nan for nan if it
//                                is called with one; any result elsewhere, |result| >= quick_least or checked
//   static Settled settled(Vec z);  there may also be: far out and outside the domain, what results round to
// and one more for levels with vectors of floats (simd/v4_floats.hpp):
//   static Guess floats(Floats z);  a float and what it lacks (simd/narrow.hpp), for |z| <= floats_reach; elsewhere
//                                anything
// A quick result is used where its error cannot change the rounding, which is nearly always; else `narrow` decides.
// Tails go through the same vector code on a padded block, so length and offset cannot change a bit.
#pragma once

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "kernel.hpp"
#include "simd/narrow.hpp"

namespace verhulst::VERHULST_LEVEL {

struct Two {
    Vec a, b;
};

template <class F, class = void>
struct has_quick : std::false_type {};
template <class F>
struct has_quick<F, std::void_t<decltype(F::quick_good)>> : std::true_type {};

// Where a result is known to round to a value, in every narrow format.
struct Settled {
    Mask where;
    Vec value;
};
template <class F, class = void>
struct has_settled : std::false_type {};
template <class F>
struct has_settled<F, std::void_t<decltype(F::settled(Vec()))>> : std::true_type {};

template <class F, class = void>
struct has_common : std::false_type {};
template <class F>
struct has_common<F, std::void_t<decltype(F::common(Vec()))>> : std::true_type {};

// Vectors computed at once.
template <class F>
constexpr int together = lanes == 8 && has_common<F>::value ? 4 : 1;

template <class F>
__attribute__((noinline)) void wide_with_care(const Vec* z, double* y) {
    for (int k = 0; k < together<F>; ++k) store(y + k * lanes, F::wide(z[k]));
}

template <class F>
static inline void wide_block(const double* x, double* y) {
    if constexpr (has_common<F>::value) {
        Vec z[together<F>], result[together<F>];
        for (int k = 0; k < together<F>; ++k) z[k] = load(x + k * lanes);
        Mask usual = F::usual(z[0]);
        for (int k = 1; k < together<F>; ++k) usual = usual & F::usual(z[k]);
        if (!all(usual)) return wide_with_care<F>(z, y);
        for (int k = 0; k < together<F>; ++k) result[k] = F::common(z[k]);
        for (int k = 0; k < together<F>; ++k) store(y + k * lanes, result[k]);
    } else {
        store(y, F::wide(load(x)));
    }
}

// Asks for what is read a page later, across which the processor does not look ahead by itself.
template <int count, class Number>
static inline void prefetch(const Number* x) {
    for (std::size_t line = 0; line < count * sizeof(Number); line += 64)
        __builtin_prefetch(reinterpret_cast<const char*>(x) + 4096 + line);
}

template <class F>
void wide_kernel(const char* const* in, char* const* out, std::ptrdiff_t n) {
    const double* x = reinterpret_cast<const double*>(in[0]);
    double* y = reinterpret_cast<double*>(out[0]);
    constexpr int step = together<F> * lanes;
    std::ptrdiff_t i = 0;
    for (; i + step <= n; i += step) {
        prefetch<step>(x + i);
        wide_block<F>(x + i, y + i);
    }
    if (i < n) {
        double block[step] = {};
        std::copy(x + i, x + n, block);
        wide_block<F>(block, block);
        std::copy(block, block + (n - i), y + i);
    }
}

template <class F, class Format>
__attribute__((noinline)) void narrow_with_care(Two z, typename Format::Storage* y) {
    if constexpr (has_settled<F>::value) {
        const Settled a = F::settled(z.a), b = F::settled(z.b);
        if (all(a.where & b.where)) {
            Format::store(y, a.value);
            Format::store(y + lanes, b.value);
            return;
        }
    }
    Format::store(y, round_to_odd(F::narrow(z.a)));
    Format::store(y + lanes, round_to_odd(F::narrow(z.b)));
}

template <class F, class Format>
static inline Mask decided(Vec z, Vec y) {
    const Mask sure = (abs(z) <= Vec(F::quick_reach)) & surely<Format, F::quick_good>(y);
    if constexpr (F::quick_least < Format::least) return sure & (Vec(Format::least) <= abs(y));
    return sure;
}

// Two vectors.
template <class F, class Format>
static inline void narrow_block(const typename Format::Storage* x, typename Format::Storage* y) {
    const Two z = {Format::load(x), Format::load(x + lanes)};
    if constexpr (has_quick<F>::value) {
        const Two near = F::quick(z);
        if (all(decided<F, Format>(z.a, near.a) & decided<F, Format>(z.b, near.b))) {
            Format::store_near(y, near.a);
            Format::store_near(y + lanes, near.b);
            return;
        }
    }
    narrow_with_care<F, Format>(z, y);
}

#ifdef VERHULST_FLOATS
template <class F, class = void>
struct has_floats : std::false_type {};
template <class F>
struct has_floats<F, std::void_t<decltype(F::floats(Floats()))>> : std::true_type {};

template <class F, class Format>
__attribute__((noinline)) void narrow_block_apart(const typename Format::Storage* x, typename Format::Storage* y) {
    narrow_block<F, Format>(x, y);
}

// Vectors of floats, each as many numbers as two vectors of doubles.
template <class F, class Format>
__attribute__((always_inline)) static inline void float_block(const typename Format::Storage* x,
                                                              typename Format::Storage* y) {
    constexpr int count = Format::float_vectors;
    Decided result[count];
    FloatMask sure[count];
    for (int k = 0; k < count; ++k) {
        const Floats z = Format::load_floats(x + k * float_lanes);
        result[k] = Format::decide(F::floats(z));
        sure[k] = result[k].sure & (abs(z) <= Floats(F::floats_reach));
    }
    for (int k = 1; k < count; ++k) sure[0] = sure[0] & sure[k];
    for (int k = 0; k < count; ++k) {
        if (all(sure[0]))
            Format::store_decided(y + k * float_lanes, result[k].value);
        else
            narrow_block_apart<F, Format>(x + k * float_lanes, y + k * float_lanes);
    }
}
template <class F, class Format>
constexpr int narrow_step = 2 * lanes * (has_floats<F>::value ? Format::float_vectors : 1);
#else
template <class F>
using has_floats = std::false_type;
template <class F, class Format>
constexpr int narrow_step = 2 * lanes;
#endif

template <class F, class Format>
static inline void quickest_block(const typename Format::Storage* x, typename Format::Storage* y) {
#ifdef VERHULST_FLOATS
    if constexpr (has_floats<F>::value) return float_block<F, Format>(x, y);
#endif
    narrow_block<F, Format>(x, y);
}

template <class F, class Format>
void narrow_kernel(const char* const* in, char* const* out, std::ptrdiff_t n) {
    using Storage = typename Format::Storage;
    constexpr int step = narrow_step<F, Format>;
    const Storage* x = reinterpret_cast<const Storage*>(in[0]);
    Storage* y = reinterpret_cast<Storage*>(out[0]);
    std::ptrdiff_t i = 0;
    for (; i + step <= n; i += step) {
        prefetch<step>(x + i);
        quickest_block<F, Format>(x + i, y + i);
    }
    if (i < n) {
        Storage block[step] = {};
        std::copy(x + i, x + n, block);
        quickest_block<F, Format>(block, block);
        std::copy(block, block + (n - i), y + i);
    }
}

template <class F>
constexpr Kernels elementwise() {
    return {{narrow_kernel<F, Float16>, narrow_kernel<F, BFloat16>, narrow_kernel<F, Float32>, wide_kernel<F>}};
}

}  // namespace verhulst::VERHULST_LEVEL
