// From a pair to float32, float16 or bfloat16 with one rounding.
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

// A narrow format: how to read `lanes` numbers as doubles (exact) and to write a round-to-odd double (one rounding).
struct Float32 {
    using Storage = float;
    static Vec load(const float* p) { return VERHULST_LEVEL::load(p); }
    static void store(float* p, Vec a) { VERHULST_LEVEL::store(p, a); }
};

namespace detail {
// Rounds a double to `precision` bits, ties to even; below 2^least the spacing stays that of 2^least.
template <int precision, int least>
static inline double round_to(double x) {
    std::uint64_t b;
    std::memcpy(&b, &x, sizeof b);
    const int exponent = static_cast<int>((b >> 52) & 0x7ff) - 1023;
    if (exponent == 1024) return x;
    if (exponent < least) {
        constexpr std::uint64_t magic_bits = (static_cast<std::uint64_t>(least - (precision - 1) + 52 + 1023) << 52) |
                                             0x8000000000000u;
        double magic;
        std::memcpy(&magic, &magic_bits, sizeof magic);
        const double a = x < 0 ? -x : x;
        const double r = (a + magic) - magic;
        return std::signbit(x) ? -r : r;
    }
    constexpr int drop = 53 - precision;
    b += ((std::uint64_t{1} << (drop - 1)) - 1) + ((b >> drop) & 1);
    b &= ~((std::uint64_t{1} << drop) - 1);
    std::memcpy(&x, &b, sizeof x);
    return x;
}
}  // namespace detail

struct Float16 {
    using Storage = std::uint16_t;
    static double decode(std::uint16_t h) {
        const int exponent = (h >> 10) & 31;
        const int fraction = h & 1023;
        double a;
        if (exponent == 31)
            a = fraction ? std::nan("") : HUGE_VAL;
        else if (exponent == 0)
            a = std::ldexp(fraction, -24);
        else
            a = std::ldexp(1024 + fraction, exponent - 25);
        return (h & 0x8000) ? -a : a;
    }
    static std::uint16_t encode(double x) {
        const std::uint16_t sign = std::signbit(x) ? 0x8000 : 0;
        if (x != x) return sign | 0x7e00;
        const double a = std::fabs(detail::round_to<11, -14>(x));
        if (a >= 65536.0) return sign | 0x7c00;
        if (a < 0x1p-14) return sign | static_cast<std::uint16_t>(a * 0x1p24);
        std::uint64_t b;
        std::memcpy(&b, &a, sizeof b);
        return sign | static_cast<std::uint16_t>((b >> 42) - (std::uint64_t{1023 - 15} << 10));
    }
    static Vec load(const std::uint16_t* p) {
        double a[lanes];
        for (int i = 0; i < lanes; ++i) a[i] = decode(p[i]);
        return VERHULST_LEVEL::load(a);
    }
    static void store(std::uint16_t* p, Vec v) {
        double a[lanes];
        VERHULST_LEVEL::store(a, v);
        for (int i = 0; i < lanes; ++i) p[i] = encode(a[i]);
    }
};

struct BFloat16 {
    using Storage = std::uint16_t;
    static Vec load(const std::uint16_t* p) {
        float a[lanes];
        for (int i = 0; i < lanes; ++i) {
            const std::uint32_t b = static_cast<std::uint32_t>(p[i]) << 16;
            std::memcpy(&a[i], &b, sizeof b);
        }
        return VERHULST_LEVEL::load(a);
    }
    static void store(std::uint16_t* p, Vec v) {
        double a[lanes];
        VERHULST_LEVEL::store(a, v);
        for (int i = 0; i < lanes; ++i) {
            const float f = static_cast<float>(detail::round_to<8, -126>(a[i]));  // exact
            std::uint32_t b;
            std::memcpy(&b, &f, sizeof b);
            if (a[i] != a[i]) b |= 0x400000;
            p[i] = static_cast<std::uint16_t>(b >> 16);
        }
    }
};

}  // namespace verhulst::VERHULST_LEVEL
