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
// and, to be fast in the narrow formats, a quick phase with a rounding test (A. Ziv, ACM TOMS 17 (1991)), two vectors at a time:
//   static Two quick(Two z);     a relative error of at most 2^-quick_good where |z| <= quick_reach, nan for nan if it
//                                is called with one; any result elsewhere, |result| >= quick_least or checked
//   static Limit limit(Vec z);   there may also be: far out and outside the domain, what results round to
// and one more for levels with vectors of floats (simd/v4_floats.hpp):
//   static Estimate floats(Floats z);  a float and what it lacks (or a Sum, a Bounded, a Corrected: simd/formats.hpp), where
//                                |z| <= floats_reach, and |z| >= floats_least if there is one, or where
//                                floats_inside(z), a FloatMask, holds; elsewhere anything
// A quick result is used where its error cannot change the rounding, which is nearly always; else `narrow` decides.
#pragma once

#include <cmath>

#include "functions/blocks.hpp"

namespace verhulst::VERHULST_LEVEL {

struct Two {
    Vec a, b;
};

// Where a result is known to round to a value, in every narrow format.
struct Limit {
    Mask where;
    Vec value;
};

template <class F>
concept HasCommon = requires(Vec z) { F::common(z); };
template <class F>
concept HasQuick = requires { F::quick_good; };
template <class F>
concept HasLimit = requires(Vec z) { F::limit(z); };
#ifdef VERHULST_FLOATS
template <class F, class Format>
concept HasFloats = !is_wide<Format> && requires(Floats z) { F::floats(z); };
#else
template <class F, class Format>
concept HasFloats = false;
#endif

// Vectors computed at once in float64.
template <class F>
constexpr int together = lanes == 8 && HasCommon<F> ? 4 : 1;

template <class F>
__attribute__((noinline)) void wide_accurate(const Vec* z, double* y) {
    for (int k = 0; k < together<F>; ++k) store(y + k * lanes, F::wide(z[k]));
}

template <class F>
static inline void wide_block(const double* x, double* y) {
    if constexpr (HasCommon<F>) {
        Vec z[together<F>], result[together<F>];
        for (int k = 0; k < together<F>; ++k) z[k] = load(x + k * lanes);
        Mask usual = F::usual(z[0]);
        for (int k = 1; k < together<F>; ++k) usual = usual & F::usual(z[k]);
        if (!all(usual)) return wide_accurate<F>(z, y);
        for (int k = 0; k < together<F>; ++k) result[k] = F::common(z[k]);
        for (int k = 0; k < together<F>; ++k) store(y + k * lanes, result[k]);
    } else {
        store(y, F::wide(load(x)));
    }
}

template <class F, class Format>
__attribute__((noinline)) void narrow_accurate(Two z, typename Format::Storage* y) {
    if constexpr (HasLimit<F>) {
        const Limit a = F::limit(z.a), b = F::limit(z.b);
        if (all(a.where & b.where)) {
            Format::store(y, a.value);
            Format::store(y + lanes, b.value);
            return;
        }
    }
    Format::store(y, round_to_odd(F::narrow(z.a)));
    Format::store(y + lanes, round_to_odd(F::narrow(z.b)));
}

// Where the quick result y of z rounds as the exact one does.
template <class F, class Format>
static inline Mask quick_certain(Vec z, Vec y) {
    const Mask certain = (abs(z) <= Vec(F::quick_reach)) & rounding_certain<Format, F::quick_good>(y);
    if constexpr (F::quick_least < Format::least) return certain & (Vec(Format::least) <= abs(y));
    return certain;
}

// Two vectors.
template <class F, class Format>
static inline void narrow_block(const typename Format::Storage* x, typename Format::Storage* y) {
    const Two z = {Format::load(x), Format::load(x + lanes)};
    if constexpr (HasQuick<F>) {
        const Two quick = F::quick(z);
        if (all(quick_certain<F, Format>(z.a, quick.a) & quick_certain<F, Format>(z.b, quick.b))) {
            Format::store_certain(y, quick.a);
            Format::store_certain(y + lanes, quick.b);
            return;
        }
    }
    narrow_accurate<F, Format>(z, y);
}

#ifdef VERHULST_FLOATS
template <class F, class Format>
__attribute__((noinline)) void narrow_block_apart(const typename Format::Storage* x, typename Format::Storage* y) {
    narrow_block<F, Format>(x, y);
}

// Vectors of floats, each as many numbers as two vectors of doubles.
template <class F, class Format>
__attribute__((always_inline)) static inline void float_block(const typename Format::Storage* x,
                                                              typename Format::Storage* y) {
    constexpr int count = Format::float_vectors;
    Rounded result[count];
    FloatMask certain[count];
    for (int k = 0; k < count; ++k) {
        const Floats z = Format::load_floats(x + k * float_lanes);
        result[k] = Format::round(F::floats(z));
        if constexpr (requires { F::floats_inside(z); })
            certain[k] = result[k].certain & F::floats_inside(z);
        else
            certain[k] = result[k].certain & (abs(z) <= Floats(F::floats_reach));
        if constexpr (requires { F::floats_least; }) certain[k] = certain[k] & (Floats(F::floats_least) <= abs(z));
    }
    for (int k = 1; k < count; ++k) certain[0] = certain[0] & certain[k];
    for (int k = 0; k < count; ++k) {
        if (all(certain[0]))
            Format::store_rounded(y + k * float_lanes, result[k].value);
        else
            narrow_block_apart<F, Format>(x + k * float_lanes, y + k * float_lanes);
    }
}
#endif

template <class F, class Format>
constexpr int block_size() {
    if constexpr (is_wide<Format>) return together<F> * lanes;
    if constexpr (HasFloats<F, Format>) return Format::float_vectors * 2 * lanes;
    return 2 * lanes;
}

template <class F>
struct Elementwise {
    template <class Format>
    struct Block {
        using Storage = typename Format::Storage;
        static constexpr int inputs = 1, outputs = 1, size = block_size<F, Format>();

        static inline void run(const Storage* const* in, Storage* const* out) {
            prefetch<size>(in[0]);
            if constexpr (is_wide<Format>)
                wide_block<F>(in[0], out[0]);
            else if constexpr (HasFloats<F, Format>)
                float_block<F, Format>(in[0], out[0]);
            else
                narrow_block<F, Format>(in[0], out[0]);
        }
    };
};

template <class F>
constexpr Kernels elementwise() {
    return block_kernels<Elementwise<F>::template Block>();
}

}  // namespace verhulst::VERHULST_LEVEL
