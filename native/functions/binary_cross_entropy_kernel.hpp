// From the formulas of binary_cross_entropy.hpp to kernels on arrays, for one result or several with one read and one e^-|z|.
// Several vectors are computed at once, as in elementwise.hpp.
#pragma once

#include "functions/binary_cross_entropy.hpp"
#include "functions/binary_cross_entropy_quick.hpp"
#include "functions/blocks.hpp"

namespace verhulst::VERHULST_LEVEL {

enum Part { value_part = 1, gradient_part = 2, hessian_part = 4 };

// The results of a kernel, in the order above, for any sum of parts.
template <int parts>
struct LossParts {
    static constexpr bool value = parts & value_part, gradient = parts & gradient_part, hessian = parts & hessian_part;
    static constexpr int results = value + gradient + hessian;

    // Where BinaryCrossEntropy::usual.
    static inline void common(const BinaryCrossEntropy& loss, Pair* out) {
        if constexpr (value) *out++ = loss.value();
        if constexpr (gradient || hessian) {
            const BinaryCrossEntropy::Denominator denominator = loss.denominator();
            if constexpr (gradient) *out++ = loss.gradient(denominator);
            if constexpr (hessian) *out = loss.hessian(denominator);
        }
    }
    // Everywhere.
    static inline void at_ends(const BinaryCrossEntropy& loss, Pair* out) {
        if constexpr (value) *out++ = loss.value_at_ends();
        if constexpr (gradient) *out++ = loss.gradient_at_ends();
        if constexpr (hessian) *out = loss.hessian_at_ends();
    }

    // Rough results, for the narrow formats, and where they may be used. They are returned, not written through a pointer: an
    // expression that tests them cannot be evaluated before they are there. (Operands of & are evaluated in any order.)
    struct Quick {
        Vec value[results];
        Mask usable;
    };
    static inline Quick quick(const QuickBinaryCrossEntropy& loss) {
        Quick found;
        Vec* out = found.value;
        if constexpr (value) *out++ = loss.value();
        if constexpr (gradient || hessian) {
            const Vec reciprocal = loss.reciprocal();
            if constexpr (gradient) *out++ = loss.gradient(reciprocal);
            if constexpr (hessian) *out = loss.hessian(reciprocal);
        }
        found.usable = gradient ? loss.usable(loss.top()) : loss.usual;
        return found;
    }
    // Result j is rough to 2^-good(j).
    static constexpr int good(int j) {
        if (value && j == 0) return QuickBinaryCrossEntropy::value_good;
        return gradient && j == value ? QuickBinaryCrossEntropy::gradient_good : QuickBinaryCrossEntropy::hessian_good;
    }
};

// The value alone has a quick phase in floats, where a level has them.
#ifdef VERHULST_FLOATS
template <class F, class Format>
constexpr bool in_floats = F::value && F::results == 1 && !is_wide<Format>;
#else
template <class F, class Format>
constexpr bool in_floats = false;
#endif

template <class F, class Format>
constexpr int losses_together = lanes == 8 && F::results == 1 && !in_floats<F, Format> ? 3 : 2;  // as registers allow

template <class F, class Format>
__attribute__((noinline)) void losses_accurate(const Vec* z, const Vec* y, typename Format::Storage* const* out) {
    for (int k = 0; k < losses_together<F, Format>; ++k) {
        Pair results[F::results];
        F::at_ends(BinaryCrossEntropy(z[k], y[k]), results);
        for (int j = 0; j < F::results; ++j) Format::store(out[j] + k * lanes, rounded<Format>(results[j]));
    }
}

template <class F, class Format, int j = 0>
static inline Mask losses_certain(const typename F::Quick& quick) {
    const Vec value = quick.value[j];
    const Mask certain = rounding_certain<Format, F::good(j)>(value) & (Vec(Format::least) <= abs(value));
    if constexpr (j + 1 < F::results)
        return certain & losses_certain<F, Format, j + 1>(quick);
    else
        return certain;
}

// Whether the quick results round as the exact ones do; then they are stored.
template <class F, class Format, class Storage = typename Format::Storage>
static inline bool losses_quick(const Vec* z, const Vec* y, Storage* const* out) {
    constexpr int together = losses_together<F, Format>;
    typename F::Quick quick[together];
    Mask certain = z[0] == z[0];
    for (int k = 0; k < together; ++k) {
        const QuickBinaryCrossEntropy loss(z[k], y[k], 87.0);
        quick[k] = F::quick(loss);
        certain = certain & loss.usual & quick[k].usable & losses_certain<F, Format>(quick[k]);
    }
    if (!all(certain)) return false;
    for (int k = 0; k < together; ++k)
        for (int j = 0; j < F::results; ++j) Format::store_certain(out[j] + k * lanes, quick[k].value[j]);
    return true;
}

template <class F, class Format, class Storage = typename Format::Storage>
static inline void losses_block(const Storage* z_at, const Storage* y_at, Storage* const* out) {
    constexpr int together = losses_together<F, Format>;
    Vec z[together], y[together];
    Pair results[together][F::results];
    for (int k = 0; k < together; ++k) z[k] = Format::load(z_at + k * lanes);
    for (int k = 0; k < together; ++k) y[k] = Format::load(y_at + k * lanes);
    if constexpr (!is_wide<Format>)
        if (losses_quick<F, Format>(z, y, out)) return;
    Mask usual = BinaryCrossEntropy::usual(z[0], y[0]);
    for (int k = 1; k < together; ++k) usual = usual & BinaryCrossEntropy::usual(z[k], y[k]);
    if (!all(usual)) return losses_accurate<F, Format>(z, y, out);
    for (int k = 0; k < together; ++k) F::common(BinaryCrossEntropy(z[k], y[k]), results[k]);
    for (int k = 0; k < together; ++k)
        for (int j = 0; j < F::results; ++j) Format::store(out[j] + k * lanes, rounded<Format>(results[k][j]));
}

#ifdef VERHULST_FLOATS
template <class F, class Format, class Storage = typename Format::Storage>
__attribute__((noinline)) void losses_block_apart(const Storage* z, const Storage* y, Storage* out) {
    losses_block<F, Format>(z, y, &out);
}

template <class F, class Format, class Storage = typename Format::Storage>
__attribute__((always_inline)) static inline void losses_float_block(const Storage* z_at, const Storage* y_at,
                                                                     Storage* out) {
    constexpr int count = Format::float_vectors;
    Rounded result[count];
    FloatMask certain[count];
    for (int k = 0; k < count; ++k) {
        const Floats z = Format::load_floats(z_at + k * float_lanes), y = Format::load_floats(y_at + k * float_lanes);
        result[k] = Format::round(binary_cross_entropy_floats(z, y));
        const FloatMask usual = (abs(z) <= Floats(70.0f)) & (Floats(0.0f) <= y) & (y <= Floats(1.0f));
        certain[k] = result[k].certain & usual;
    }
    for (int k = 1; k < count; ++k) certain[0] = certain[0] & certain[k];
    for (int k = 0; k < count; ++k) {
        const int at = k * float_lanes;
        if (all(certain[0]))
            Format::store_rounded(out + at, result[k].value);
        else
            losses_block_apart<F, Format>(z_at + at, y_at + at, out + at);
    }
}

#endif

template <class F, class Format>
constexpr int losses_size() {
#ifdef VERHULST_FLOATS
    if constexpr (in_floats<F, Format>) return Format::float_vectors * float_lanes;
#endif
    return losses_together<F, Format> * lanes;
}

template <class F>
struct Losses {
    template <class Format>
    struct Block {
        using Storage = typename Format::Storage;
        static constexpr int inputs = 2, outputs = F::results, size = losses_size<F, Format>();

        static inline void run(const Storage* const* in, Storage* const* out) {
#ifdef VERHULST_FLOATS
            if constexpr (in_floats<F, Format>) return losses_float_block<F, Format>(in[0], in[1], out[0]);
#endif
            losses_block<F, Format>(in[0], in[1], out);
        }
    };
};

template <int parts>
constexpr Kernels losses() {
    return block_kernels<Losses<LossParts<parts>>::template Block>();
}

}  // namespace verhulst::VERHULST_LEVEL
