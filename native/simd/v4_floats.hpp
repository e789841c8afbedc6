// Sixteen floats, where a level has them: half the width of a double is twice as many in a register.
//
// Only for results whose rounding is guarded (elementwise.hpp): a pair of floats knows 2^-32 to 2^-36 of itself, and what that
// cannot decide is computed again in doubles.
#pragma once

#define VERHULST_FLOATS

namespace verhulst::v4 {

constexpr int float_lanes = 16;

struct Floats {
    __m512 v;
    Floats() = default;
    Floats(__m512 x) : v(x) {}
    Floats(float x) : v(_mm512_set1_ps(x)) {}
};
struct FloatBits {
    __m512i v;
    FloatBits() = default;
    FloatBits(__m512i x) : v(x) {}
    FloatBits(std::uint32_t x) : v(_mm512_set1_epi32(static_cast<int>(x))) {}
};
struct FloatMask {
    __mmask16 v;
};

static inline Floats load_floats(const float* p) { return _mm512_loadu_ps(p); }
static inline void store(float* p, Floats a) { _mm512_storeu_ps(p, a.v); }

static inline Floats load_floats_float16(const std::uint16_t* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
static inline void store_float16(std::uint16_t* p, Floats a) {
    const __m256i h = _mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), h);
}
// Where a and b round to the same float16.
static inline FloatMask same_float16(Floats a, Floats b) {
    const __m256i x = _mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m256i y = _mm512_cvtps_ph(b.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    return {_mm256_cmpeq_epi16_mask(x, y)};
}
static inline Floats load_floats_bfloat16(const std::uint16_t* p) {
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}
// To nearest, ties away from zero: for numbers that are not near a tie.
static inline void store_bfloat16(std::uint16_t* p, Floats a) {
    const __m512i rounded = _mm512_add_epi32(_mm512_castps_si512(a.v), _mm512_set1_epi32(0x8000));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16)));
}

static inline Floats operator+(Floats a, Floats b) { return _mm512_add_ps(a.v, b.v); }
static inline Floats operator-(Floats a, Floats b) { return _mm512_sub_ps(a.v, b.v); }
static inline Floats operator*(Floats a, Floats b) { return _mm512_mul_ps(a.v, b.v); }
static inline Floats operator/(Floats a, Floats b) { return _mm512_div_ps(a.v, b.v); }
static inline Floats operator-(Floats a) { return -a.v; }
static inline Floats fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a.v, b.v, c.v); }
static inline Floats fnma(Floats a, Floats b, Floats c) { return _mm512_fnmadd_ps(a.v, b.v, c.v); }
static inline Floats max(Floats a, Floats b) { return _mm512_max_ps(a.v, b.v); }
static inline Floats min(Floats a, Floats b) { return _mm512_min_ps(a.v, b.v); }
static inline Floats abs(Floats a) { return _mm512_abs_ps(a.v); }

static inline Floats select(FloatMask m, Floats yes, Floats no) { return _mm512_mask_blend_ps(m.v, no.v, yes.v); }
static inline FloatMask operator<=(Floats a, Floats b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ)}; }
static inline FloatMask operator==(Floats a, Floats b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
static inline FloatMask operator&(FloatMask a, FloatMask b) { return {static_cast<__mmask16>(a.v & b.v)}; }
static inline bool all(FloatMask m) { return m.v == 0xffff; }

static inline FloatBits bits(Floats a) { return _mm512_castps_si512(a.v); }
static inline Floats from_bits(FloatBits a) { return _mm512_castsi512_ps(a.v); }
static inline FloatBits operator+(FloatBits a, FloatBits b) { return _mm512_add_epi32(a.v, b.v); }
static inline FloatBits operator-(FloatBits a, FloatBits b) { return _mm512_sub_epi32(a.v, b.v); }
static inline FloatBits operator&(FloatBits a, FloatBits b) { return _mm512_and_si512(a.v, b.v); }
static inline FloatMask any_bit(FloatBits a, FloatBits b) { return {_mm512_test_epi32_mask(a.v, b.v)}; }
template <int n>
static inline FloatBits shift_left(FloatBits a) {
    return _mm512_slli_epi32(a.v, n);
}
template <int n>
static inline FloatBits shift_right(FloatBits a) {
    return _mm512_srli_epi32(a.v, n);
}
template <int n>
static inline FloatBits shift_right_signed(FloatBits a) {
    return _mm512_srai_epi32(a.v, n);
}
static inline Floats from_integers(FloatBits a) { return _mm512_cvtepi32_ps(a.v); }

// table[index mod 32]: the table stays in two registers.
constexpr int float_table_bits = 5;
static inline Floats lookup_floats(const float* table, FloatBits index) {
    return _mm512_permutex2var_ps(_mm512_loadu_ps(table), index.v, _mm512_loadu_ps(table + 16));
}
// table[index mod 8].
static inline Floats lookup8_floats(const float* table, FloatBits index) {
    return _mm512_permutexvar_ps(index.v, _mm512_broadcast_f32x8(_mm256_loadu_ps(table)));
}

// 1/a, wrong by 2^-10 of itself at most: not the same on all processors.
static inline Floats rough_reciprocal(Floats a) { return _mm512_rcp14_ps(a.v); }

}  // namespace verhulst::v4
