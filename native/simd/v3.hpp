// x86-64-v3: AVX2 and FMA. Four doubles.
#pragma once

#include "simd/intrinsics.hpp"

namespace verhulst::v3 {

constexpr int lanes = 4;

struct Vec {
    __m256d v;
    Vec() = default;
    Vec(__m256d x) : v(x) {}
    Vec(double x) : v(_mm256_set1_pd(x)) {}
};
struct Bits {
    __m256i v;
    Bits() = default;
    Bits(__m256i x) : v(x) {}
    Bits(std::uint64_t x) : v(_mm256_set1_epi64x(static_cast<long long>(x))) {}
};
struct Mask {
    __m256d v;
};

static inline Vec load(const double* p) { return _mm256_loadu_pd(p); }
static inline void store(double* p, Vec a) { _mm256_storeu_pd(p, a.v); }
static inline Vec load(const float* p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }
static inline void store(float* p, Vec a) { _mm_storeu_ps(p, _mm256_cvtpd_ps(a.v)); }

// 16-bit formats: reading is exact; writing rounds to nearest by way of float.
static inline Vec load_float16(const std::uint16_t* p) {
    return _mm256_cvtps_pd(_mm_cvtph_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
static inline void store_float16(std::uint16_t* p, Vec a) {
    const __m128i h = _mm_cvtps_ph(_mm256_cvtpd_ps(a.v), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), h);
}
static inline Vec load_bfloat16(const std::uint16_t* p) {
    const __m128i wide = _mm_cvtepu16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    return _mm256_cvtps_pd(_mm_castsi128_ps(_mm_slli_epi32(wide, 16)));
}
static inline void store_bfloat16(std::uint16_t* p, Vec a) {
    const __m128i f = _mm_castps_si128(_mm256_cvtpd_ps(a.v));
    const __m128i even = _mm_and_si128(_mm_srli_epi32(f, 16), _mm_set1_epi32(1));
    const __m128i rounded = _mm_srli_epi32(_mm_add_epi32(f, _mm_add_epi32(even, _mm_set1_epi32(0x7fff))), 16);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi32(rounded, rounded));
}

static inline Vec operator+(Vec a, Vec b) { return _mm256_add_pd(a.v, b.v); }
static inline Vec operator-(Vec a, Vec b) { return _mm256_sub_pd(a.v, b.v); }
static inline Vec operator*(Vec a, Vec b) { return _mm256_mul_pd(a.v, b.v); }
static inline Vec operator/(Vec a, Vec b) { return _mm256_div_pd(a.v, b.v); }
// A compiler's own negation, which it can take into an fma.
static inline Vec operator-(Vec a) { return -a.v; }
static inline Vec sqrt(Vec a) { return _mm256_sqrt_pd(a.v); }
static inline Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_pd(a.v, b.v, c.v); }
// c - a*b, rounded once.
static inline Vec fnma(Vec a, Vec b, Vec c) { return _mm256_fnmadd_pd(a.v, b.v, c.v); }
static inline Vec multiply_add(Vec a, Vec b, Vec c) { return _mm256_fmadd_pd(a.v, b.v, c.v); }

static inline Mask operator<(Vec a, Vec b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LT_OQ)}; }
static inline Mask operator<=(Vec a, Vec b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LE_OQ)}; }
static inline Mask operator==(Vec a, Vec b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_EQ_OQ)}; }
static inline Mask operator&(Mask a, Mask b) { return {_mm256_and_pd(a.v, b.v)}; }
static inline Mask operator|(Mask a, Mask b) { return {_mm256_or_pd(a.v, b.v)}; }
static inline Mask operator~(Mask a) { return {_mm256_xor_pd(a.v, _mm256_castsi256_pd(_mm256_set1_epi64x(-1)))}; }
static inline bool any(Mask m) { return _mm256_movemask_pd(m.v) != 0; }
static inline bool all(Mask m) { return _mm256_movemask_pd(m.v) == 15; }
static inline Vec select(Mask m, Vec yes, Vec no) { return _mm256_blendv_pd(no.v, yes.v, m.v); }
static inline Vec max(Vec a, Vec b) { return _mm256_max_pd(a.v, b.v); }
static inline Vec min(Vec a, Vec b) { return _mm256_min_pd(a.v, b.v); }

static inline Bits bits(Vec a) { return _mm256_castpd_si256(a.v); }
static inline Vec from_bits(Bits a) { return _mm256_castsi256_pd(a.v); }
static inline Bits load(const std::uint64_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
static inline void store(std::uint64_t* p, Bits a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v); }
static inline Bits operator+(Bits a, Bits b) { return _mm256_add_epi64(a.v, b.v); }
static inline Bits operator-(Bits a, Bits b) { return _mm256_sub_epi64(a.v, b.v); }
static inline Bits operator&(Bits a, Bits b) { return _mm256_and_si256(a.v, b.v); }
static inline Bits operator|(Bits a, Bits b) { return _mm256_or_si256(a.v, b.v); }
static inline Bits operator^(Bits a, Bits b) { return _mm256_xor_si256(a.v, b.v); }
static inline Mask operator==(Bits a, Bits b) { return {_mm256_castsi256_pd(_mm256_cmpeq_epi64(a.v, b.v))}; }
// Where a and b have a bit in common.
static inline Mask any_bit(Bits a, Bits b) {
    return ~Mask{_mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(a.v, b.v), _mm256_setzero_si256()))};
}
static inline Bits select(Mask m, Bits yes, Bits no) { return bits(select(m, from_bits(yes), from_bits(no))); }
template <int n>
static inline Bits shift_left(Bits a) {
    return _mm256_slli_epi64(a.v, n);
}
template <int n>
static inline Bits shift_right(Bits a) {
    return _mm256_srli_epi64(a.v, n);
}
// AVX2 has no signed 64-bit shift: shift without sign, then extend the sign bit from where it came to lie.
template <int n>
static inline Bits shift_right_signed(Bits a) {
    const Bits sign(std::uint64_t{1} << (63 - n));
    return (shift_right<n>(a) ^ sign) - sign;
}

static inline Vec lookup(const double* table, Bits index) {
    alignas(32) std::uint64_t i[lanes];
    store(i, index);
    return _mm256_set_pd(table[i[3]], table[i[2]], table[i[1]], table[i[0]]);
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
// A pair of doubles is one 128-bit load per lane, faster than two gathers.
static inline void lookup16(const PairTable16& table, Bits index, Vec& first, Vec& second) {
    alignas(32) std::uint64_t i[lanes];
    store(i, index & Bits(15));
    const __m256d even = _mm256_loadu2_m128d(table.entry[i[2]], table.entry[i[0]]);
    const __m256d odd = _mm256_loadu2_m128d(table.entry[i[3]], table.entry[i[1]]);
    first = _mm256_unpacklo_pd(even, odd);
    second = _mm256_unpackhi_pd(even, odd);
}
static inline Vec lookup16_first(const PairTable16& table, Bits index) {
    return lookup(&table.entry[0][0], shift_left<1>(index & Bits(15)));
}

}  // namespace verhulst::v3

#include "simd/v3_floats.hpp"
