// From the formulas of binary_cross_entropy.hpp to kernels on arrays, for one result or several.
//
//   struct F {
//       static constexpr int results;
//       static void common(const BinaryCrossEntropy&, Pair*);   where BinaryCrossEntropy::usual
//       static void at_ends(const BinaryCrossEntropy&, Pair*);  everywhere
//       static Near<results> near(const QuickBinaryCrossEntropy&);  rough, for the narrow formats
//       static constexpr int good[results];                     to 2^-good
//   };
// Rough results are returned, not written through a pointer: an expression that tests them cannot be evaluated before
// they are there. (Operands of & are evaluated in any order.)
// Several vectors are computed at once, as in elementwise.hpp.
#pragma once

#include "functions/binary_cross_entropy.hpp"
#include "functions/binary_cross_entropy_quick.hpp"
#include "functions/elementwise_binary.hpp"

namespace verhulst::VERHULST_LEVEL {

template <class Format>
static inline Vec rounded(Pair p) {
    if constexpr (std::is_same_v<Format, Float64>)
        return p.hi + p.lo;
    else
        return round_to_odd(two_sum(p.hi, p.lo));
}

// Rough results, and where they may be used.
template <int results>
struct Near {
    Vec value[results];
    Mask usable;
};

template <class F>
constexpr int losses_together = lanes == 8 ? (F::results == 1 ? 3 : 2) : 2;  // as many as registers allow

template <class F, class Format>
__attribute__((noinline)) void losses_with_care(const Vec* z, const Vec* y, typename Format::Storage* const* out) {
    for (int k = 0; k < losses_together<F>; ++k) {
        Pair results[F::results];
        F::at_ends(BinaryCrossEntropy(z[k], y[k]), results);
        for (int j = 0; j < F::results; ++j) Format::store(out[j] + k * lanes, rounded<Format>(results[j]));
    }
}

template <class F, class Format, int j = 0>
static inline Mask losses_surely(const Near<F::results>& near) {
    const Vec value = near.value[j];
    const Mask sure = surely<Format, F::good[j]>(value) & (Vec(Format::least) <= abs(value));
    if constexpr (j + 1 < F::results)
        return sure & losses_surely<F, Format, j + 1>(near);
    else
        return sure;
}

// Whether that decided the rounding of all.
template <class F, class Format, class Storage = typename Format::Storage>
static inline bool losses_nearly(const Vec* z, const Vec* y, Storage* const* out) {
    constexpr int together = losses_together<F>;
    Near<F::results> near[together];
    Mask sure = z[0] == z[0];
    for (int k = 0; k < together; ++k) {
        const QuickBinaryCrossEntropy loss(z[k], y[k], 87.0);
        near[k] = F::near(loss);
        sure = sure & loss.usual & near[k].usable & losses_surely<F, Format>(near[k]);
    }
    if (!all(sure)) return false;
    for (int k = 0; k < together; ++k)
        for (int j = 0; j < F::results; ++j) Format::store_near(out[j] + k * lanes, near[k].value[j]);
    return true;
}

template <class F, class Format, class Storage = typename Format::Storage>
static inline void losses_block(const Storage* z_at, const Storage* y_at, Storage* const* out) {
    constexpr int together = losses_together<F>;
    Vec z[together], y[together];
    Pair results[together][F::results];
    for (int k = 0; k < together; ++k) z[k] = Format::load(z_at + k * lanes);
    for (int k = 0; k < together; ++k) y[k] = Format::load(y_at + k * lanes);
    if constexpr (!std::is_same_v<Format, Float64>)
        if (losses_nearly<F, Format>(z, y, out)) return;
    Mask usual = BinaryCrossEntropy::usual(z[0], y[0]);
    for (int k = 1; k < together; ++k) usual = usual & BinaryCrossEntropy::usual(z[k], y[k]);
    if (!all(usual)) return losses_with_care<F, Format>(z, y, out);
    for (int k = 0; k < together; ++k) F::common(BinaryCrossEntropy(z[k], y[k]), results[k]);
    for (int k = 0; k < together; ++k)
        for (int j = 0; j < F::results; ++j) Format::store(out[j] + k * lanes, rounded<Format>(results[k][j]));
}

template <class F, class Format>
void losses_kernel(const char* const* in, char* const* out, std::ptrdiff_t n) {
    using Storage = typename Format::Storage;
    constexpr int step = losses_together<F> * lanes;
    const Storage* z = reinterpret_cast<const Storage*>(in[0]);
    const Storage* y = reinterpret_cast<const Storage*>(in[1]);
    Storage* to[F::results];
    for (int j = 0; j < F::results; ++j) to[j] = reinterpret_cast<Storage*>(out[j]);
    std::ptrdiff_t i = 0;
    for (; i + step <= n; i += step) {
        Storage* at[F::results];
        for (int j = 0; j < F::results; ++j) at[j] = to[j] + i;
        losses_block<F, Format>(z + i, y + i, at);
    }
    if (i < n) {
        Storage block[2 + F::results][step] = {};
        Storage* at[F::results];
        for (int j = 0; j < F::results; ++j) at[j] = block[2 + j];
        std::copy(z + i, z + n, block[0]);
        std::copy(y + i, y + n, block[1]);
        losses_block<F, Format>(block[0], block[1], at);
        for (int j = 0; j < F::results; ++j) std::copy(at[j], at[j] + (n - i), to[j] + i);
    }
}

template <class F>
constexpr Kernels losses() {
    return {{losses_kernel<F, Float16>, losses_kernel<F, BFloat16>, losses_kernel<F, Float32>,
             losses_kernel<F, Float64>}};
}

}  // namespace verhulst::VERHULST_LEVEL
