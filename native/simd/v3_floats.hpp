// Eight floats: as v4_floats.hpp, which says what they are for.
#pragma once

#define VERHULST_FLOATS

namespace verhulst::v3 {

constexpr int float_lanes = 8;

struct Floats {
    __m256 v;
    Floats() = default;
    Floats(__m256 x) : v(x) {}
    Floats(float x) : v(_mm256_set1_ps(x)) {}
};
struct FloatBits {
    __m256i v;
    FloatBits() = default;
    FloatBits(__m256i x) : v(x) {}
    FloatBits(std::uint32_t x) : v(_mm256_set1_epi32(static_cast<int>(x))) {}
};
struct FloatMask {
    __m256 v;
};

static inline Floats load_floats(const float* p) { return _mm256_loadu_ps(p); }
static inline void store(float* p, Floats a) { _mm256_storeu_ps(p, a.v); }

static inline __m128i to_float16(Floats a) {
    return _mm256_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
static inline Floats load_floats_float16(const std::uint16_t* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
static inline void store_float16(std::uint16_t* p, Floats a) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), to_float16(a));
}
// Where a and b round to the same float16.
static inline FloatMask same_float16(Floats a, Floats b) {
    return {_mm256_castsi256_ps(_mm256_cvtepi16_epi32(_mm_cmpeq_epi16(to_float16(a), to_float16(b))))};
}
static inline Floats load_floats_bfloat16(const std::uint16_t* p) {
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}
// To nearest, ties away from zero: for numbers that are not near a tie.
static inline void store_bfloat16(std::uint16_t* p, Floats a) {
    const __m256i rounded = _mm256_add_epi32(_mm256_castps_si256(a.v), _mm256_set1_epi32(0x8000));
    const __m256i high = _mm256_srli_epi32(rounded, 16);
    const __m128i packed = _mm_packus_epi32(_mm256_castsi256_si128(high), _mm256_extracti128_si256(high, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), packed);
}

static inline Floats operator+(Floats a, Floats b) { return _mm256_add_ps(a.v, b.v); }
static inline Floats operator-(Floats a, Floats b) { return _mm256_sub_ps(a.v, b.v); }
static inline Floats operator*(Floats a, Floats b) { return _mm256_mul_ps(a.v, b.v); }
static inline Floats operator/(Floats a, Floats b) { return _mm256_div_ps(a.v, b.v); }
static inline Floats operator-(Floats a) { return -a.v; }
static inline Floats fma(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a.v, b.v, c.v); }
static inline Floats fnma(Floats a, Floats b, Floats c) { return _mm256_fnmadd_ps(a.v, b.v, c.v); }
static inline Floats max(Floats a, Floats b) { return _mm256_max_ps(a.v, b.v); }
static inline Floats min(Floats a, Floats b) { return _mm256_min_ps(a.v, b.v); }
static inline Floats abs(Floats a) { return _mm256_and_ps(a.v, _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff))); }

static inline Floats select(FloatMask m, Floats yes, Floats no) { return _mm256_blendv_ps(no.v, yes.v, m.v); }
static inline FloatMask operator<=(Floats a, Floats b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)}; }
static inline FloatMask operator==(Floats a, Floats b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
static inline FloatMask operator&(FloatMask a, FloatMask b) { return {_mm256_and_ps(a.v, b.v)}; }
static inline bool all(FloatMask m) { return _mm256_movemask_ps(m.v) == 0xff; }

static inline FloatBits bits(Floats a) { return _mm256_castps_si256(a.v); }
static inline Floats from_bits(FloatBits a) { return _mm256_castsi256_ps(a.v); }
static inline FloatBits operator+(FloatBits a, FloatBits b) { return _mm256_add_epi32(a.v, b.v); }
static inline FloatBits operator-(FloatBits a, FloatBits b) { return _mm256_sub_epi32(a.v, b.v); }
static inline FloatBits operator&(FloatBits a, FloatBits b) { return _mm256_and_si256(a.v, b.v); }
static inline FloatMask any_bit(FloatBits a, FloatBits b) {
    const __m256i none = _mm256_cmpeq_epi32(_mm256_and_si256(a.v, b.v), _mm256_setzero_si256());
    return {_mm256_castsi256_ps(_mm256_xor_si256(none, _mm256_set1_epi32(-1)))};
}
template <int n>
static inline FloatBits shift_left(FloatBits a) {
    return _mm256_slli_epi32(a.v, n);
}
template <int n>
static inline FloatBits shift_right(FloatBits a) {
    return _mm256_srli_epi32(a.v, n);
}
template <int n>
static inline FloatBits shift_right_signed(FloatBits a) {
    return _mm256_srai_epi32(a.v, n);
}
static inline Floats from_integers(FloatBits a) { return _mm256_cvtepi32_ps(a.v); }

// table[index mod 8]: the table stays in a register.
constexpr int float_table_bits = 3;
static inline Floats lookup_floats(const float* table, FloatBits index) {
    return _mm256_permutevar8x32_ps(_mm256_loadu_ps(table), index.v);
}
// table[index mod 8].
static inline Floats lookup8_floats(const float* table, FloatBits index) { return lookup_floats(table, index); }

// 1/a, wrong by 2^-10 of itself at most: not the same on all processors.
static inline Floats rough_reciprocal(Floats a) { return _mm256_rcp_ps(a.v); }

}  // namespace verhulst::v3
