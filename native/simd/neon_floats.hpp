// Eight floats in two registers of four: what simd/v4_floats.hpp is for AVX-512.
#pragma once

#define VERHULST_FLOATS

namespace verhulst::neon {

constexpr int float_lanes = 8;

struct Floats {
    float32x4_t a, b;
    Floats() = default;
    Floats(float32x4_t low, float32x4_t high) : a(low), b(high) {}
    Floats(float x) : a(vdupq_n_f32(x)), b(a) {}
};
struct FloatBits {
    uint32x4_t a, b;
    FloatBits() = default;
    FloatBits(uint32x4_t low, uint32x4_t high) : a(low), b(high) {}
    FloatBits(std::uint32_t x) : a(vdupq_n_u32(x)), b(a) {}
};
struct FloatMask {
    uint32x4_t a, b;
};

static inline Floats load_floats(const float* p) { return {vld1q_f32(p), vld1q_f32(p + 4)}; }
static inline void store(float* p, Floats x) {
    vst1q_f32(p, x.a);
    vst1q_f32(p + 4, x.b);
}

static inline Floats load_floats_float16(const std::uint16_t* p) {
    const float16x8_t h = vreinterpretq_f16_u16(vld1q_u16(p));
    return {vcvt_f32_f16(vget_low_f16(h)), vcvt_high_f32_f16(h)};
}
static inline uint16x8_t float16_bits(Floats x) {
    return vreinterpretq_u16_f16(vcvt_high_f16_f32(vcvt_f16_f32(x.a), x.b));
}
static inline void store_float16(std::uint16_t* p, Floats x) { vst1q_u16(p, float16_bits(x)); }
// Where x and y round to the same float16.
static inline FloatMask same_float16(Floats x, Floats y) {
    const int16x8_t same = vreinterpretq_s16_u16(vceqq_u16(float16_bits(x), float16_bits(y)));
    return {vreinterpretq_u32_s32(vmovl_s16(vget_low_s16(same))), vreinterpretq_u32_s32(vmovl_high_s16(same))};
}
static inline Floats load_floats_bfloat16(const std::uint16_t* p) {
    const uint16x8_t h = vld1q_u16(p);
    return {vreinterpretq_f32_u32(vshll_n_u16(vget_low_u16(h), 16)), vreinterpretq_f32_u32(vshll_high_n_u16(h, 16))};
}
// To nearest, ties away from zero: for numbers that are not near a tie.
static inline void store_bfloat16(std::uint16_t* p, Floats x) {
    const uint32x4_t half = vdupq_n_u32(0x8000);
    const uint16x4_t low = vshrn_n_u32(vaddq_u32(vreinterpretq_u32_f32(x.a), half), 16);
    vst1q_u16(p, vshrn_high_n_u32(low, vaddq_u32(vreinterpretq_u32_f32(x.b), half), 16));
}

static inline Floats operator+(Floats x, Floats y) { return {vaddq_f32(x.a, y.a), vaddq_f32(x.b, y.b)}; }
static inline Floats operator-(Floats x, Floats y) { return {vsubq_f32(x.a, y.a), vsubq_f32(x.b, y.b)}; }
static inline Floats operator*(Floats x, Floats y) { return {vmulq_f32(x.a, y.a), vmulq_f32(x.b, y.b)}; }
static inline Floats operator/(Floats x, Floats y) { return {vdivq_f32(x.a, y.a), vdivq_f32(x.b, y.b)}; }
static inline Floats operator-(Floats x) { return {vnegq_f32(x.a), vnegq_f32(x.b)}; }
static inline Floats fma(Floats x, Floats y, Floats z) { return {vfmaq_f32(z.a, x.a, y.a), vfmaq_f32(z.b, x.b, y.b)}; }
static inline Floats fnma(Floats x, Floats y, Floats z) { return {vfmsq_f32(z.a, x.a, y.a), vfmsq_f32(z.b, x.b, y.b)}; }
static inline Floats abs(Floats x) { return {vabsq_f32(x.a), vabsq_f32(x.b)}; }

static inline FloatMask operator<(Floats x, Floats y) { return {vcltq_f32(x.a, y.a), vcltq_f32(x.b, y.b)}; }
static inline FloatMask operator<=(Floats x, Floats y) { return {vcleq_f32(x.a, y.a), vcleq_f32(x.b, y.b)}; }
static inline FloatMask operator==(Floats x, Floats y) { return {vceqq_f32(x.a, y.a), vceqq_f32(x.b, y.b)}; }
static inline FloatMask operator&(FloatMask x, FloatMask y) { return {vandq_u32(x.a, y.a), vandq_u32(x.b, y.b)}; }
static inline bool all(FloatMask x) { return vminvq_u32(vandq_u32(x.a, x.b)) != 0; }
static inline Floats select(FloatMask m, Floats yes, Floats no) {
    return {vbslq_f32(m.a, yes.a, no.a), vbslq_f32(m.b, yes.b, no.b)};
}
// The second where either is nan.
static inline Floats max(Floats x, Floats y) { return select(y < x, x, y); }
static inline Floats min(Floats x, Floats y) { return select(x < y, x, y); }

static inline FloatBits bits(Floats x) { return {vreinterpretq_u32_f32(x.a), vreinterpretq_u32_f32(x.b)}; }
static inline Floats from_bits(FloatBits x) { return {vreinterpretq_f32_u32(x.a), vreinterpretq_f32_u32(x.b)}; }
static inline FloatBits operator+(FloatBits x, FloatBits y) { return {vaddq_u32(x.a, y.a), vaddq_u32(x.b, y.b)}; }
static inline FloatBits operator-(FloatBits x, FloatBits y) { return {vsubq_u32(x.a, y.a), vsubq_u32(x.b, y.b)}; }
static inline FloatBits operator&(FloatBits x, FloatBits y) { return {vandq_u32(x.a, y.a), vandq_u32(x.b, y.b)}; }
static inline FloatMask any_bit(FloatBits x, FloatBits y) { return {vtstq_u32(x.a, y.a), vtstq_u32(x.b, y.b)}; }
template <int n>
static inline FloatBits shift_left(FloatBits x) {
    return {vshlq_n_u32(x.a, n), vshlq_n_u32(x.b, n)};
}
template <int n>
static inline FloatBits shift_right(FloatBits x) {
    return {vshrq_n_u32(x.a, n), vshrq_n_u32(x.b, n)};
}
template <int n>
static inline FloatBits shift_right_signed(FloatBits x) {
    const auto four = [](uint32x4_t a) { return vreinterpretq_u32_s32(vshrq_n_s32(vreinterpretq_s32_u32(a), n)); };
    return {four(x.a), four(x.b)};
}
static inline Floats from_integers(FloatBits x) {
    return {vcvtq_f32_s32(vreinterpretq_s32_u32(x.a)), vcvtq_f32_s32(vreinterpretq_s32_u32(x.b))};
}

// table[index mod count].
template <int count>
static inline Floats lookup_among(const float* table, FloatBits index) {
    const auto four = [=](uint32x4_t any) {
        const uint32x4_t i = vandq_u32(any, vdupq_n_u32(count - 1));
        float32x4_t found = vld1q_dup_f32(table + vgetq_lane_u32(i, 0));
        found = vld1q_lane_f32(table + vgetq_lane_u32(i, 1), found, 1);
        found = vld1q_lane_f32(table + vgetq_lane_u32(i, 2), found, 2);
        return vld1q_lane_f32(table + vgetq_lane_u32(i, 3), found, 3);
    };
    return {four(index.a), four(index.b)};
}
constexpr int float_table_bits = 5;
static inline Floats lookup_floats(const float* table, FloatBits index) { return lookup_among<32>(table, index); }
static inline Floats lookup8_floats(const float* table, FloatBits index) { return lookup_among<8>(table, index); }

// 1/a, wrong by 2^-10 of itself at most: not the same on all processors.
static inline Floats rough_reciprocal(Floats x) {
    const auto four = [](float32x4_t a) {
        const float32x4_t r = vrecpeq_f32(a);
        return vmulq_f32(r, vrecpsq_f32(a, r));
    };
    return {four(x.a), four(x.b)};
}

}  // namespace verhulst::neon
