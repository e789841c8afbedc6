// Any processor: plain C++, two doubles at a time, with an exact software fma where the hardware has none.
#pragma once

#include <cmath>

#include "simd/software_fma.hpp"

namespace verhulst::baseline {

constexpr int lanes = 2;

struct Vec {
    double v[lanes];
    Vec() = default;
    Vec(double x) : v{x, x} {}
    Vec(double x, double y) : v{x, y} {}
};
struct Bits {
    std::uint64_t v[lanes];
    Bits() = default;
    Bits(std::uint64_t x) : v{x, x} {}
    Bits(std::uint64_t x, std::uint64_t y) : v{x, y} {}
};
struct Mask {
    bool v[lanes];
};

static inline Vec load(const double* p) { return {p[0], p[1]}; }
static inline void store(double* p, Vec a) { p[0] = a.v[0], p[1] = a.v[1]; }
static inline Vec load(const float* p) { return {p[0], p[1]}; }
static inline void store(float* p, Vec a) { p[0] = static_cast<float>(a.v[0]), p[1] = static_cast<float>(a.v[1]); }

// 16-bit formats: reading is exact; writing rounds to nearest by way of float.
// A float16 is a float with another exponent: its bits, moved in place, are the number times 2^(15 - 127).
static inline double decode_float16(std::uint16_t h) {
    const std::uint32_t magnitude = (h & 0x7fffu) << 13, special = (h & 0x7c00) == 0x7c00 ? 0x70000000u : 0;
    const std::uint32_t b = magnitude + special;
    float f;
    std::memcpy(&f, &b, sizeof f);
    const double a = special ? f : static_cast<double>(f) * 0x1p112;
    return h & 0x8000 ? -a : a;
}
static inline std::uint16_t encode_float16(double x) {
    const float f = static_cast<float>(x);
    const float a = std::fabs(f);
    const std::uint16_t sign = std::signbit(f) ? 0x8000 : 0;
    if (a != a) return sign | 0x7e00;
    if (a >= 65520.0f) return sign | 0x7c00;
    std::uint32_t b;
    if (a < 0x1p-14f) {
        const float shifted = a + 0.5f;  // the last place of [1/2, 1) is 2^-24
        std::memcpy(&b, &shifted, sizeof b);
        return sign | static_cast<std::uint16_t>(b - 0x3f000000u);
    }
    std::memcpy(&b, &a, sizeof b);
    b += 0xfff + ((b >> 13) & 1) - (112u << 23);
    return sign | static_cast<std::uint16_t>(b >> 13);
}
static inline double decode_bfloat16(std::uint16_t h) {
    const std::uint32_t b = static_cast<std::uint32_t>(h) << 16;
    float f;
    std::memcpy(&f, &b, sizeof f);
    return f;
}
static inline std::uint16_t encode_bfloat16(double x) {
    const float f = static_cast<float>(x);
    std::uint32_t b;
    std::memcpy(&b, &f, sizeof b);
    return static_cast<std::uint16_t>((b + 0x7fff + ((b >> 16) & 1)) >> 16);
}
static inline Vec load_float16(const std::uint16_t* p) { return {decode_float16(p[0]), decode_float16(p[1])}; }
static inline void store_float16(std::uint16_t* p, Vec a) { p[0] = encode_float16(a.v[0]), p[1] = encode_float16(a.v[1]); }
static inline Vec load_bfloat16(const std::uint16_t* p) { return {decode_bfloat16(p[0]), decode_bfloat16(p[1])}; }
static inline void store_bfloat16(std::uint16_t* p, Vec a) {
    p[0] = encode_bfloat16(a.v[0]), p[1] = encode_bfloat16(a.v[1]);
}

static inline Vec operator+(Vec a, Vec b) { return {a.v[0] + b.v[0], a.v[1] + b.v[1]}; }
static inline Vec operator-(Vec a, Vec b) { return {a.v[0] - b.v[0], a.v[1] - b.v[1]}; }
static inline Vec operator*(Vec a, Vec b) { return {a.v[0] * b.v[0], a.v[1] * b.v[1]}; }
static inline Vec operator/(Vec a, Vec b) { return {a.v[0] / b.v[0], a.v[1] / b.v[1]}; }
static inline Vec operator-(Vec a) { return {-a.v[0], -a.v[1]}; }
static inline Vec sqrt(Vec a) { return {std::sqrt(a.v[0]), std::sqrt(a.v[1])}; }
static inline Vec fma(Vec a, Vec b, Vec c) {
    return {fused_multiply_add(a.v[0], b.v[0], c.v[0]), fused_multiply_add(a.v[1], b.v[1], c.v[1])};
}
static inline Vec multiply_add(Vec a, Vec b, Vec c) { return a * b + c; }

static inline Mask operator<(Vec a, Vec b) { return {{a.v[0] < b.v[0], a.v[1] < b.v[1]}}; }
static inline Mask operator<=(Vec a, Vec b) { return {{a.v[0] <= b.v[0], a.v[1] <= b.v[1]}}; }
static inline Mask operator==(Vec a, Vec b) { return {{a.v[0] == b.v[0], a.v[1] == b.v[1]}}; }
static inline Mask operator&(Mask a, Mask b) { return {{a.v[0] && b.v[0], a.v[1] && b.v[1]}}; }
static inline Mask operator|(Mask a, Mask b) { return {{a.v[0] || b.v[0], a.v[1] || b.v[1]}}; }
static inline Mask operator~(Mask a) { return {{!a.v[0], !a.v[1]}}; }
static inline bool any(Mask m) { return m.v[0] || m.v[1]; }
static inline bool all(Mask m) { return m.v[0] && m.v[1]; }
static inline Vec select(Mask m, Vec yes, Vec no) {
    return {m.v[0] ? yes.v[0] : no.v[0], m.v[1] ? yes.v[1] : no.v[1]};
}
static inline Vec max(Vec a, Vec b) { return select(b < a, a, b); }
static inline Vec min(Vec a, Vec b) { return select(a < b, a, b); }

static inline Bits bits(Vec a) {
    Bits b;
    std::memcpy(&b, &a, sizeof b);
    return b;
}
static inline Vec from_bits(Bits a) {
    Vec b;
    std::memcpy(&b, &a, sizeof b);
    return b;
}
static inline Bits load(const std::uint64_t* p) { return {p[0], p[1]}; }
static inline void store(std::uint64_t* p, Bits a) { p[0] = a.v[0], p[1] = a.v[1]; }
static inline Bits operator+(Bits a, Bits b) { return {a.v[0] + b.v[0], a.v[1] + b.v[1]}; }
static inline Bits operator-(Bits a, Bits b) { return {a.v[0] - b.v[0], a.v[1] - b.v[1]}; }
static inline Bits operator&(Bits a, Bits b) { return {a.v[0] & b.v[0], a.v[1] & b.v[1]}; }
static inline Bits operator|(Bits a, Bits b) { return {a.v[0] | b.v[0], a.v[1] | b.v[1]}; }
static inline Bits operator^(Bits a, Bits b) { return {a.v[0] ^ b.v[0], a.v[1] ^ b.v[1]}; }
static inline Mask operator==(Bits a, Bits b) { return {{a.v[0] == b.v[0], a.v[1] == b.v[1]}}; }
// Where a and b have a bit in common.
static inline Mask any_bit(Bits a, Bits b) { return {{(a.v[0] & b.v[0]) != 0, (a.v[1] & b.v[1]) != 0}}; }
static inline Bits select(Mask m, Bits yes, Bits no) {
    return {m.v[0] ? yes.v[0] : no.v[0], m.v[1] ? yes.v[1] : no.v[1]};
}
template <int n>
static inline Bits shift_left(Bits a) { return {a.v[0] << n, a.v[1] << n}; }
template <int n>
static inline Bits shift_right(Bits a) { return {a.v[0] >> n, a.v[1] >> n}; }
template <int n>
static inline Bits shift_right_signed(Bits a) {
    return {static_cast<std::uint64_t>(static_cast<std::int64_t>(a.v[0]) >> n),
            static_cast<std::uint64_t>(static_cast<std::int64_t>(a.v[1]) >> n)};
}

static inline Vec lookup(const double* table, Bits index) { return {table[index.v[0]], table[index.v[1]]}; }
static inline Vec lookup16(const double* table, Bits index) { return lookup(table, index & Bits(15)); }

// Sixteen pairs of numbers, looked up together.
struct PairTable16 {
    double entry[16][2];
    constexpr PairTable16(const double (&first)[16], const double (&second)[16]) : entry{} {
        for (int i = 0; i < 16; ++i) {
            entry[i][0] = first[i];
            entry[i][1] = second[i];
        }
    }
};
static inline void lookup16(const PairTable16& table, Bits index, Vec& first, Vec& second) {
    const double* a = table.entry[index.v[0] & 15];
    const double* b = table.entry[index.v[1] & 15];
    first = {a[0], b[0]};
    second = {a[1], b[1]};
}
static inline Vec lookup16_first(const PairTable16& table, Bits index) {
    return {table.entry[index.v[0] & 15][0], table.entry[index.v[1] & 15][0]};
}

}  // namespace verhulst::baseline
