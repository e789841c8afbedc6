// Any processor: a few doubles at a time in the compiler's own vectors, with an exact software fma where there is none.
// More lanes than the machine's registers have: the software fma is a long chain, and several chains run side by side.
#pragma once

#include <cmath>

#include "simd/software_fma.hpp"

namespace verhulst::baseline {

constexpr int lanes = 4;

using Doubles = double __attribute__((vector_size(8 * lanes)));
using Integers = std::int64_t __attribute__((vector_size(8 * lanes)));
using Naturals = std::uint64_t __attribute__((vector_size(8 * lanes)));

struct Vec {
    Doubles v;
    Vec() = default;
    Vec(Doubles x) : v(x) {}
    Vec(double x) : v(x - Doubles{}) {}  // keeps the sign of -0
};
struct Bits {
    Naturals v;
    Bits() = default;
    Bits(Naturals x) : v(x) {}
    Bits(std::uint64_t x) : v(x + Naturals{}) {}
};
struct Mask {
    Integers v;  // 0 or -1
};

// Lane by lane: the compiler unrolls these.
template <class Result, class Of>
static inline Result each(Of of) {
    Result r;
    for (int i = 0; i < lanes; ++i) r.v[i] = of(i);
    return r;
}

static inline Vec load(const double* p) {
    return each<Vec>([=](int i) { return p[i]; });
}
static inline void store(double* p, Vec a) { std::memcpy(p, &a.v, sizeof a.v); }
static inline Vec load(const float* p) {
    return each<Vec>([=](int i) { return p[i]; });
}
static inline void store(float* p, Vec a) {
    for (int i = 0; i < lanes; ++i) p[i] = static_cast<float>(a.v[i]);
}

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
static inline Vec load_float16(const std::uint16_t* p) {
    return each<Vec>([=](int i) { return decode_float16(p[i]); });
}
static inline void store_float16(std::uint16_t* p, Vec a) {
    for (int i = 0; i < lanes; ++i) p[i] = encode_float16(a.v[i]);
}
static inline Vec load_bfloat16(const std::uint16_t* p) {
    return each<Vec>([=](int i) { return decode_bfloat16(p[i]); });
}
static inline void store_bfloat16(std::uint16_t* p, Vec a) {
    for (int i = 0; i < lanes; ++i) p[i] = encode_bfloat16(a.v[i]);
}

static inline Vec operator+(Vec a, Vec b) { return a.v + b.v; }
static inline Vec operator-(Vec a, Vec b) { return a.v - b.v; }
static inline Vec operator*(Vec a, Vec b) { return a.v * b.v; }
static inline Vec operator/(Vec a, Vec b) { return a.v / b.v; }
static inline Vec operator-(Vec a) { return -a.v; }
static inline Vec sqrt(Vec a) {
    return each<Vec>([=](int i) { return std::sqrt(a.v[i]); });
}

static inline bool any(Mask m) {
    std::int64_t together = 0;
    for (int i = 0; i < lanes; ++i) together |= m.v[i];
    return together != 0;
}
static inline bool all(Mask m) {
    std::int64_t together = -1;
    for (int i = 0; i < lanes; ++i) together &= m.v[i];
    return together != 0;
}

#if defined(__FP_FAST_FMA)
static inline Vec fma(Vec a, Vec b, Vec c) {
    return each<Vec>([=](int i) { return __builtin_fma(a.v[i], b.v[i], c.v[i]); });
}
#else
static inline Vec fma(Vec a, Vec b, Vec c) {
    software_fma::Doubles x[2], y[2], z[2], result[2];  // halves: the registers of the least processor
    std::memcpy(x, &a.v, sizeof a.v);
    std::memcpy(y, &b.v, sizeof b.v);
    std::memcpy(z, &c.v, sizeof c.v);
    result[0] = software_fma::fma(x[0], x[1], y[0], y[1], z[0], z[1], &result[1]);
    std::memcpy(&a.v, result, sizeof a.v);
    return a;
}
#endif
// c - a*b, rounded once.
static inline Vec fnma(Vec a, Vec b, Vec c) { return fma(-a, b, c); }
static inline Vec multiply_add(Vec a, Vec b, Vec c) { return a.v * b.v + c.v; }

static inline Mask operator<(Vec a, Vec b) { return {a.v < b.v}; }
static inline Mask operator<=(Vec a, Vec b) { return {a.v <= b.v}; }
static inline Mask operator==(Vec a, Vec b) { return {a.v == b.v}; }
static inline Mask operator&(Mask a, Mask b) { return {a.v & b.v}; }
static inline Mask operator|(Mask a, Mask b) { return {a.v | b.v}; }
static inline Mask operator~(Mask a) { return {~a.v}; }

static inline Bits bits(Vec a) { return (Naturals)a.v; }
static inline Vec from_bits(Bits a) { return (Doubles)a.v; }
static inline Bits load(const std::uint64_t* p) {
    return each<Bits>([=](int i) { return p[i]; });
}
static inline void store(std::uint64_t* p, Bits a) { std::memcpy(p, &a.v, sizeof a.v); }
static inline Bits operator+(Bits a, Bits b) { return a.v + b.v; }
static inline Bits operator-(Bits a, Bits b) { return a.v - b.v; }
static inline Bits operator&(Bits a, Bits b) { return a.v & b.v; }
static inline Bits operator|(Bits a, Bits b) { return a.v | b.v; }
static inline Bits operator^(Bits a, Bits b) { return a.v ^ b.v; }
static inline Mask operator==(Bits a, Bits b) { return {a.v == b.v}; }
// Where a and b have a bit in common.
static inline Mask any_bit(Bits a, Bits b) { return {(a.v & b.v) != 0}; }
static inline Bits select(Mask m, Bits yes, Bits no) { return (yes.v & (Naturals)m.v) | (no.v & ~(Naturals)m.v); }
template <int n>
static inline Bits shift_left(Bits a) {
    return a.v << n;
}
template <int n>
static inline Bits shift_right(Bits a) {
    return a.v >> n;
}
template <int n>
static inline Bits shift_right_signed(Bits a) {
    return (Naturals)((Integers)a.v >> n);
}

static inline Vec select(Mask m, Vec yes, Vec no) { return from_bits(select(m, bits(yes), bits(no))); }
// The larger (smaller) of the two; the second where either is nan.
static inline Vec max(Vec a, Vec b) { return select(b < a, a, b); }
static inline Vec min(Vec a, Vec b) { return select(a < b, a, b); }

static inline Vec lookup(const double* table, Bits index) {
    return each<Vec>([=](int i) { return table[index.v[i]]; });
}
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
    for (int i = 0; i < lanes; ++i) {
        const double* entry = table.entry[index.v[i] & 15];
        first.v[i] = entry[0];
        second.v[i] = entry[1];
    }
}
static inline Vec lookup16_first(const PairTable16& table, Bits index) {
    return each<Vec>([=](int i) { return table.entry[index.v[i] & 15][0]; });
}

}  // namespace verhulst::baseline
