// AArch64: NEON with fma, which every such processor has. Registers hold two doubles or four floats, and there are 32 of
// them: a vector is two registers, so that the kernels, written for 16 vectors of four doubles, fill them as they fill AVX2's.
#pragma once

#include <arm_neon.h>

namespace verhulst::neon {

constexpr int lanes = 4;

struct Vec {
    float64x2_t a, b;
    Vec() = default;
    Vec(float64x2_t low, float64x2_t high) : a(low), b(high) {}
    Vec(double x) : a(vdupq_n_f64(x)), b(a) {}
};
struct Bits {
    uint64x2_t a, b;
    Bits() = default;
    Bits(uint64x2_t low, uint64x2_t high) : a(low), b(high) {}
    Bits(std::uint64_t x) : a(vdupq_n_u64(x)), b(a) {}
};
struct Mask {
    uint64x2_t a, b;  // 0 or all ones
};

static inline Vec load(const double* p) { return {vld1q_f64(p), vld1q_f64(p + 2)}; }
static inline void store(double* p, Vec x) {
    vst1q_f64(p, x.a);
    vst1q_f64(p + 2, x.b);
}
static inline Vec widened(float32x4_t f) { return {vcvt_f64_f32(vget_low_f32(f)), vcvt_high_f64_f32(f)}; }
static inline float32x4_t narrowed(Vec x) { return vcvt_high_f32_f64(vcvt_f32_f64(x.a), x.b); }
static inline Vec load(const float* p) { return widened(vld1q_f32(p)); }
static inline void store(float* p, Vec x) { vst1q_f32(p, narrowed(x)); }

// 16-bit formats: reading is exact; writing rounds to nearest by way of float.
static inline Vec load_float16(const std::uint16_t* p) {
    return widened(vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))));
}
static inline void store_float16(std::uint16_t* p, Vec x) {
    vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(narrowed(x))));
}
static inline Vec load_bfloat16(const std::uint16_t* p) {
    return widened(vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16)));
}
static inline void store_bfloat16(std::uint16_t* p, Vec x) {
    const uint32x4_t f = vreinterpretq_u32_f32(narrowed(x));
    const uint32x4_t even = vandq_u32(vshrq_n_u32(f, 16), vdupq_n_u32(1));
    vst1_u16(p, vshrn_n_u32(vaddq_u32(f, vaddq_u32(even, vdupq_n_u32(0x7fff))), 16));
}

static inline Vec operator+(Vec x, Vec y) { return {vaddq_f64(x.a, y.a), vaddq_f64(x.b, y.b)}; }
static inline Vec operator-(Vec x, Vec y) { return {vsubq_f64(x.a, y.a), vsubq_f64(x.b, y.b)}; }
static inline Vec operator*(Vec x, Vec y) { return {vmulq_f64(x.a, y.a), vmulq_f64(x.b, y.b)}; }
static inline Vec operator/(Vec x, Vec y) { return {vdivq_f64(x.a, y.a), vdivq_f64(x.b, y.b)}; }
static inline Vec operator-(Vec x) { return {vnegq_f64(x.a), vnegq_f64(x.b)}; }
static inline Vec sqrt(Vec x) { return {vsqrtq_f64(x.a), vsqrtq_f64(x.b)}; }
static inline Vec fma(Vec x, Vec y, Vec z) { return {vfmaq_f64(z.a, x.a, y.a), vfmaq_f64(z.b, x.b, y.b)}; }
// z - x*y, rounded once.
static inline Vec fnma(Vec x, Vec y, Vec z) { return {vfmsq_f64(z.a, x.a, y.a), vfmsq_f64(z.b, x.b, y.b)}; }
static inline Vec multiply_add(Vec x, Vec y, Vec z) { return fma(x, y, z); }

static inline Mask operator<(Vec x, Vec y) { return {vcltq_f64(x.a, y.a), vcltq_f64(x.b, y.b)}; }
static inline Mask operator<=(Vec x, Vec y) { return {vcleq_f64(x.a, y.a), vcleq_f64(x.b, y.b)}; }
static inline Mask operator==(Vec x, Vec y) { return {vceqq_f64(x.a, y.a), vceqq_f64(x.b, y.b)}; }
static inline Mask operator&(Mask x, Mask y) { return {vandq_u64(x.a, y.a), vandq_u64(x.b, y.b)}; }
static inline Mask operator|(Mask x, Mask y) { return {vorrq_u64(x.a, y.a), vorrq_u64(x.b, y.b)}; }
static inline Mask operator~(Mask x) {
    const uint64x2_t ones = vdupq_n_u64(~std::uint64_t{0});
    return {veorq_u64(x.a, ones), veorq_u64(x.b, ones)};
}
static inline bool any(Mask x) { return vmaxvq_u32(vreinterpretq_u32_u64(vorrq_u64(x.a, x.b))) != 0; }
static inline bool all(Mask x) { return vminvq_u32(vreinterpretq_u32_u64(vandq_u64(x.a, x.b))) != 0; }
static inline Vec select(Mask m, Vec yes, Vec no) { return {vbslq_f64(m.a, yes.a, no.a), vbslq_f64(m.b, yes.b, no.b)}; }
// The larger (smaller) of the two; the second where either is nan: FMAX and FMIN would give nan.
static inline Vec max(Vec x, Vec y) { return select(y < x, x, y); }
static inline Vec min(Vec x, Vec y) { return select(x < y, x, y); }

static inline Bits bits(Vec x) { return {vreinterpretq_u64_f64(x.a), vreinterpretq_u64_f64(x.b)}; }
static inline Vec from_bits(Bits x) { return {vreinterpretq_f64_u64(x.a), vreinterpretq_f64_u64(x.b)}; }
static inline Bits load(const std::uint64_t* p) { return {vld1q_u64(p), vld1q_u64(p + 2)}; }
static inline void store(std::uint64_t* p, Bits x) {
    vst1q_u64(p, x.a);
    vst1q_u64(p + 2, x.b);
}
static inline Bits operator+(Bits x, Bits y) { return {vaddq_u64(x.a, y.a), vaddq_u64(x.b, y.b)}; }
static inline Bits operator-(Bits x, Bits y) { return {vsubq_u64(x.a, y.a), vsubq_u64(x.b, y.b)}; }
static inline Bits operator&(Bits x, Bits y) { return {vandq_u64(x.a, y.a), vandq_u64(x.b, y.b)}; }
static inline Bits operator|(Bits x, Bits y) { return {vorrq_u64(x.a, y.a), vorrq_u64(x.b, y.b)}; }
static inline Bits operator^(Bits x, Bits y) { return {veorq_u64(x.a, y.a), veorq_u64(x.b, y.b)}; }
static inline Mask operator==(Bits x, Bits y) { return {vceqq_u64(x.a, y.a), vceqq_u64(x.b, y.b)}; }
// Where x and y have a bit in common.
static inline Mask any_bit(Bits x, Bits y) { return {vtstq_u64(x.a, y.a), vtstq_u64(x.b, y.b)}; }
static inline Bits select(Mask m, Bits yes, Bits no) {
    return {vbslq_u64(m.a, yes.a, no.a), vbslq_u64(m.b, yes.b, no.b)};
}
template <int n>
static inline Bits shift_left(Bits x) {
    return {vshlq_n_u64(x.a, n), vshlq_n_u64(x.b, n)};
}
template <int n>
static inline Bits shift_right(Bits x) {
    return {vshrq_n_u64(x.a, n), vshrq_n_u64(x.b, n)};
}
template <int n>
static inline Bits shift_right_signed(Bits x) {
    const auto shifted = [](uint64x2_t half) {
        return vreinterpretq_u64_s64(vshrq_n_s64(vreinterpretq_s64_u64(half), n));
    };
    return {shifted(x.a), shifted(x.b)};
}

static inline Vec lookup(const double* table, Bits index) {
    const auto two = [=](uint64x2_t i) {
        return vcombine_f64(vld1_f64(table + vgetq_lane_u64(i, 0)), vld1_f64(table + vgetq_lane_u64(i, 1)));
    };
    return {two(index.a), two(index.b)};
}
static inline Vec lookup16(const double* table, Bits index) { return lookup(table, index & Bits(15)); }

// Sixteen pairs of numbers, looked up together: one load for both.
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
    const Bits i = index & Bits(15);
    const float64x2_t p0 = vld1q_f64(table.entry[vgetq_lane_u64(i.a, 0)]);
    const float64x2_t p1 = vld1q_f64(table.entry[vgetq_lane_u64(i.a, 1)]);
    const float64x2_t p2 = vld1q_f64(table.entry[vgetq_lane_u64(i.b, 0)]);
    const float64x2_t p3 = vld1q_f64(table.entry[vgetq_lane_u64(i.b, 1)]);
    first = {vzip1q_f64(p0, p1), vzip1q_f64(p2, p3)};
    second = {vzip2q_f64(p0, p1), vzip2q_f64(p2, p3)};
}
static inline Vec lookup16_first(const PairTable16& table, Bits index) {
    return lookup(&table.entry[0][0], shift_left<1>(index & Bits(15)));
}

}  // namespace verhulst::neon

#include "simd/neon_floats.hpp"
