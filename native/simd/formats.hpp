// The number formats, and from a pair to float32, float16 or bfloat16 with one rounding.
//
// Rounding hi + lo first to a double and then to a narrow format would round twice. Rounding to odd in between makes
// the result right: the double keeps, in its last bit, that something was cut off, and 53 >= 24 + 2 bits are enough
// for the second rounding to be the only one (S. Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums:
// proved algorithms using rounding to odd", IEEE Trans. Computers 57 (2008), theorem 1).
#pragma once

#include "simd/double_double.hpp"

namespace verhulst::VERHULST_LEVEL {

// hi + lo rounded to odd. |lo| must be below ulp(hi).
static inline Vec round_to_odd(Pair p) {
    const Bits h = bits(p.hi);
    const Mask exact = p.lo == Vec(0.0);
    const Mask odd = (h & Bits(1)) == Bits(1);
    const Mask outwards = (bits(p.hi) & Bits(sign_bit)) == (bits(p.lo) & Bits(sign_bit));
    const Bits moved = select(outwards, h + Bits(1), h - Bits(1));
    return from_bits(select(exact | odd | is_nan(p.lo), h, moved));
}

// x rounded to `precision` bits, ties to even; below 2^least the spacing stays that of 2^least.
template <int precision, int least>
static inline Vec round_to(Vec x) {
    constexpr int drop = 53 - precision;
    constexpr std::uint64_t dropped = (std::uint64_t{1} << drop) - 1;
    const Bits b = bits(x);
    const Vec normal = from_bits((b + (Bits(dropped >> 1) + (shift_right<drop>(b) & Bits(1)))) & Bits(~dropped));
    // Between B and 2B, B = 2^(least + drop), the last place of a double is the least step of the format.
    const Vec B = copysign(power_of_two(least + drop), x);
    return select(abs(x) < Vec(power_of_two(least)), copysign((x + B) - B, x), normal);
}

#ifdef VERHULST_FLOATS
// The exact value is value (1 + rest + d), |d| < error, |rest| < 2^-21. Sums of the two round by 2^-45: so much is spare.
struct Estimate {
    Floats value, rest;
    float error;
};
// The same with a rest that is not relative: the exact value is value (1 + d) + rest, |rest| < 2^-18 |value|.
struct Sum {
    Floats value, rest;
    float error;
};
// The same with a bound that is not relative either: the exact value is value + rest + d, |d| < bound.
struct Bounded {
    Floats value, rest, bound;
};
// The same with a bound that is relative to the rest: the exact value is value + rest (1 + d), |rest| < 2^-9 |value|, and
// |d| < error where |rest| > 2^-25.1 |value|; elsewhere it rounds to value.
struct Corrected {
    Floats value, rest;
    float error;
};
// The leading part, wrong by 2^-18 of itself at most.
template <class Known>
static inline Floats leading(Known y) {
    return y.value;
}
template <>
inline Floats leading(Corrected y) {
    return y.value + y.rest;
}
// What it rounds to, where that is certain.
struct Rounded {
    Floats value;
    FloatMask certain;
};

#endif

// A narrow format: how to read `lanes` numbers as doubles (exact), and how to write doubles,
//   store:      round-to-odd doubles, with one rounding;
//   store_certain: doubles with a relative error below 2^-23, where `rounding_certain` says that this cannot matter.
// `least` is the smallest normal number.
struct Float32 {
    using Storage = float;
    static constexpr int precision = 24;
    static constexpr double least = 0x1p-126;
    static inline Vec load(const float* p) { return VERHULST_LEVEL::load(p); }
    static inline void store(float* p, Vec a) { VERHULST_LEVEL::store(p, a); }
    static inline void store_certain(float* p, Vec a) { VERHULST_LEVEL::store(p, a); }
#ifdef VERHULST_FLOATS
    static constexpr int float_vectors = 1;  // at once
    static inline Floats load_floats(const float* p) { return VERHULST_LEVEL::load_floats(p); }
    // Both ends of the interval round to the same number: so does all between them.
    static inline Rounded round(Estimate y) {
        const Floats up = fma(y.value, y.rest + y.error, y.value), down = fma(y.value, y.rest - y.error, y.value);
        return {up, up == down};
    }
    static inline Rounded round(Sum y) {
        const Floats up = y.value + fma(y.value, y.error, y.rest), down = y.value + fma(y.value, -y.error, y.rest);
        return {up, up == down};
    }
    static inline Rounded round(Bounded y) {
        const Floats up = y.value + (y.rest + y.bound), down = y.value + (y.rest - y.bound);
        return {up, up == down};
    }
    static inline Rounded round(Corrected y) {
        const Floats up = fma(y.rest, 1 + y.error, y.value), down = fma(y.rest, 1 - y.error, y.value);
        return {up, up == down};
    }
    static inline void store_rounded(float* p, Floats a) { VERHULST_LEVEL::store(p, a); }
#endif
};

struct Float16 {
    using Storage = std::uint16_t;
    static constexpr int precision = 11;
    static constexpr double least = 0x1p-14;
    static inline Vec load(const std::uint16_t* p) { return load_float16(p); }
    static inline void store(std::uint16_t* p, Vec a) { store_float16(p, round_to<precision, -14>(a)); }
    static inline void store_certain(std::uint16_t* p, Vec a) { store_float16(p, a); }
#ifdef VERHULST_FLOATS
    static constexpr int float_vectors = 4;
    static inline Floats load_floats(const std::uint16_t* p) { return load_floats_float16(p); }
    // Both ends, which are floats, round to the same number.
    template <class Known>
    static inline Rounded round(Known y) {
        const Floats a = leading(y);
        return {a, same_float16(a * (1 + 0x1p-18f), a * (1 - 0x1p-18f))};
    }
    static inline void store_rounded(std::uint16_t* p, Floats a) { store_float16(p, a); }
#endif
};

struct BFloat16 {
    using Storage = std::uint16_t;
    static constexpr int precision = 8;
    static constexpr double least = 0x1p-126;
    static inline Vec load(const std::uint16_t* p) { return load_bfloat16(p); }
    static inline void store(std::uint16_t* p, Vec a) { store_bfloat16(p, round_to<precision, -126>(a)); }
    static inline void store_certain(std::uint16_t* p, Vec a) { store_bfloat16(p, a); }
#ifdef VERHULST_FLOATS
    static constexpr int float_vectors = 4;
    static inline Floats load_floats(const std::uint16_t* p) { return load_floats_bfloat16(p); }
    // The rest is less than 64 of a float's last places, and the value normal: the tie is further away.
    template <class Known>
    static inline Rounded round(Known y) {
        constexpr std::uint32_t tie = 0x8000, margin = 64, window = 0x10000 - 2 * margin;
        const Floats a = leading(y);
        return {a, any_bit(bits(a) + FloatBits(tie + margin), FloatBits(window))};
    }
    static inline void store_rounded(std::uint16_t* p, Floats a) { store_bfloat16(p, a); }
#endif
};

// Where `a`, a normal number of the format with a relative error of at most 2^-good, rounds to it as the exact value
// does: not within 2^(53 - good) units of a tie, the unit being the double's last place.
template <class Format, int good>
static inline Mask rounding_certain(Vec a) {
    constexpr int drop = 53 - Format::precision;
    constexpr int known = Format::precision == 24 || good < 23 ? good : 23;  // the rounding of store_certain to float
    constexpr int margin = 53 - known;
    static_assert(margin + 4 <= drop, "too coarse for a guarded rounding");
    constexpr std::uint64_t tie = std::uint64_t{1} << (drop - 1);
    constexpr std::uint64_t window = (std::uint64_t{1} << drop) - (std::uint64_t{2} << margin);
    return any_bit(bits(a) + Bits(tie + (std::uint64_t{1} << margin)), Bits(window));
}

struct Float64 {
    using Storage = double;
    static inline Vec load(const double* p) { return VERHULST_LEVEL::load(p); }
    static inline void store(double* p, Vec a) { VERHULST_LEVEL::store(p, a); }
};

template <class Format>
constexpr bool is_wide = sizeof(typename Format::Storage) == sizeof(double);

// A pair rounded to double; for the narrow formats to odd, so that storing it is the only rounding.
template <class Format>
static inline Vec rounded(Pair p) {
    if constexpr (is_wide<Format>)
        return p.hi + p.lo;
    else
        return round_to_odd(two_sum(p.hi, p.lo));
}

}  // namespace verhulst::VERHULST_LEVEL
