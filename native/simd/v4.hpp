// x86-64-v4: AVX-512 F, DQ, BW, VL. Eight doubles.
#pragma once

#include "simd/intrinsics.hpp"

namespace verhulst::v4 {

constexpr int lanes = 8;

struct Vec {
    __m512d v;
    Vec() = default;
    Vec(__m512d x) : v(x) {}
    Vec(double x) : v(_mm512_set1_pd(x)) {}
};
struct Bits {
    __m512i v;
    Bits() = default;
    Bits(__m512i x) : v(x) {}
    Bits(std::uint64_t x) : v(_mm512_set1_epi64(static_cast<long long>(x))) {}
};
struct Mask {
    __mmask8 v;
};

static inline Vec load(const double* p) { return _mm512_loadu_pd(p); }
static inline void store(double* p, Vec a) { _mm512_storeu_pd(p, a.v); }
static inline Vec load(const float* p) { return _mm512_cvtps_pd(_mm256_loadu_ps(p)); }
static inline void store(float* p, Vec a) { _mm256_storeu_ps(p, _mm512_cvtpd_ps(a.v)); }

// 16-bit formats: reading is exact; writing rounds to nearest by way of float.
static inline Vec load_float16(const std::uint16_t* p) {
    return _mm512_cvtps_pd(_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}
static inline void store_float16(std::uint16_t* p, Vec a) {
    const __m128i h = _mm256_cvtps_ph(_mm512_cvtpd_ps(a.v), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), h);
}
static inline Vec load_bfloat16(const std::uint16_t* p) {
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    return _mm512_cvtps_pd(_mm256_castsi256_ps(_mm256_slli_epi32(wide, 16)));
}
static inline void store_bfloat16(std::uint16_t* p, Vec a) {
    const __m256i f = _mm256_castps_si256(_mm512_cvtpd_ps(a.v));
    const __m256i even = _mm256_and_si256(_mm256_srli_epi32(f, 16), _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_add_epi32(f, _mm256_add_epi32(even, _mm256_set1_epi32(0x7fff)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtepi32_epi16(_mm256_srli_epi32(rounded, 16)));
}

static inline Vec operator+(Vec a, Vec b) { return _mm512_add_pd(a.v, b.v); }
static inline Vec operator-(Vec a, Vec b) { return _mm512_sub_pd(a.v, b.v); }
static inline Vec operator*(Vec a, Vec b) { return _mm512_mul_pd(a.v, b.v); }
static inline Vec operator/(Vec a, Vec b) { return _mm512_div_pd(a.v, b.v); }
// A compiler's own negation, which it can take into an fma.
static inline Vec operator-(Vec a) { return -a.v; }
static inline Vec sqrt(Vec a) { return _mm512_sqrt_pd(a.v); }
// a*b + c, rounded once.
static inline Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_pd(a.v, b.v, c.v); }
// c - a*b, rounded once.
static inline Vec fnma(Vec a, Vec b, Vec c) { return _mm512_fnmadd_pd(a.v, b.v, c.v); }
// a*b + c where the result may not depend on whether it is fused.
static inline Vec multiply_add(Vec a, Vec b, Vec c) { return _mm512_fmadd_pd(a.v, b.v, c.v); }

static inline Mask operator<(Vec a, Vec b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ)}; }
static inline Mask operator<=(Vec a, Vec b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LE_OQ)}; }
static inline Mask operator==(Vec a, Vec b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_EQ_OQ)}; }
static inline Mask operator&(Mask a, Mask b) { return {static_cast<__mmask8>(a.v & b.v)}; }
static inline Mask operator|(Mask a, Mask b) { return {static_cast<__mmask8>(a.v | b.v)}; }
static inline Mask operator~(Mask a) { return {static_cast<__mmask8>(~a.v)}; }
static inline bool any(Mask m) { return m.v != 0; }
static inline bool all(Mask m) { return m.v == 0xff; }
static inline Vec select(Mask m, Vec yes, Vec no) { return _mm512_mask_blend_pd(m.v, no.v, yes.v); }
// The larger (smaller) of the two; the second where either is nan.
static inline Vec max(Vec a, Vec b) { return _mm512_max_pd(a.v, b.v); }
static inline Vec min(Vec a, Vec b) { return _mm512_min_pd(a.v, b.v); }

static inline Bits bits(Vec a) { return _mm512_castpd_si512(a.v); }
static inline Vec from_bits(Bits a) { return _mm512_castsi512_pd(a.v); }
static inline Bits load(const std::uint64_t* p) { return _mm512_loadu_si512(p); }
static inline void store(std::uint64_t* p, Bits a) { _mm512_storeu_si512(p, a.v); }
static inline Bits operator+(Bits a, Bits b) { return _mm512_add_epi64(a.v, b.v); }
static inline Bits operator-(Bits a, Bits b) { return _mm512_sub_epi64(a.v, b.v); }
static inline Bits operator&(Bits a, Bits b) { return _mm512_and_si512(a.v, b.v); }
static inline Bits operator|(Bits a, Bits b) { return _mm512_or_si512(a.v, b.v); }
static inline Bits operator^(Bits a, Bits b) { return _mm512_xor_si512(a.v, b.v); }
static inline Mask operator==(Bits a, Bits b) { return {_mm512_cmpeq_epi64_mask(a.v, b.v)}; }
// Where a and b have a bit in common.
static inline Mask any_bit(Bits a, Bits b) { return {_mm512_test_epi64_mask(a.v, b.v)}; }
static inline Bits select(Mask m, Bits yes, Bits no) { return _mm512_mask_blend_epi64(m.v, no.v, yes.v); }
template <int n>
static inline Bits shift_left(Bits a) {
    return _mm512_slli_epi64(a.v, n);
}
template <int n>
static inline Bits shift_right(Bits a) {
    return _mm512_srli_epi64(a.v, n);
}
template <int n>
static inline Bits shift_right_signed(Bits a) {
    return _mm512_srai_epi64(a.v, n);
}

// table[index mod 16]: the table stays in two registers.
static inline Vec lookup16(const double* table, Bits index) {
    return _mm512_permutex2var_pd(_mm512_loadu_pd(table), index.v, _mm512_loadu_pd(table + 8));
}

// Sixteen pairs of numbers, looked up together.
struct PairTable16 {
    double row[2][16];
    constexpr PairTable16(const double (&first)[16], const double (&second)[16]) : row{} {
        for (int i = 0; i < 16; ++i) {
            row[0][i] = first[i];
            row[1][i] = second[i];
        }
    }
};
static inline void lookup16(const PairTable16& table, Bits index, Vec& first, Vec& second) {
    first = lookup16(table.row[0], index);
    second = lookup16(table.row[1], index);
}
static inline Vec lookup16_first(const PairTable16& table, Bits index) { return lookup16(table.row[0], index); }

// table[index], any index within the table.
static inline Vec lookup(const double* table, Bits index) { return _mm512_i64gather_pd(index.v, table, 8); }

}  // namespace verhulst::v4

#include "simd/v4_floats.hpp"
