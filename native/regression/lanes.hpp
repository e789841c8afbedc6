// Two moves between lanes that the vector shim does not have: a transposition on loading, and four sums at once.
#pragma once

#include "simd/vector.hpp"
#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace verhulst::VERHULST_LEVEL {

constexpr std::ptrdiff_t strip = 16;  // rows of four columns that are turned together

// out[c * stride + r] = (row r, column c - centre[c]) * scale[c], for `strip` rows that are row_stride bytes apart and
// four columns.
#if defined(__AVX2__)
static inline __m256d load4(const double* p) { return _mm256_loadu_pd(p); }
static inline __m256d load4(const float* p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }

template <class Number>
static inline void standardise_strip(const Number* first, std::ptrdiff_t row_stride, const double* centre,
                                     const double* scale, double* out, std::ptrdiff_t stride) {
    __m256d m[4], s[4];
    for (int k = 0; k < 4; ++k) m[k] = _mm256_broadcast_sd(centre + k), s[k] = _mm256_broadcast_sd(scale + k);
    const char* rows = reinterpret_cast<const char*>(first);
    const auto row = [&](std::ptrdiff_t r) { return load4(reinterpret_cast<const Number*>(rows + r * row_stride)); };
    for (std::ptrdiff_t r = 0; r < strip; r += 4) {
        const __m256d a = row(r), b = row(r + 1), c = row(r + 2), d = row(r + 3);
        const __m256d ab_even = _mm256_unpacklo_pd(a, b), ab_odd = _mm256_unpackhi_pd(a, b);
        const __m256d cd_even = _mm256_unpacklo_pd(c, d), cd_odd = _mm256_unpackhi_pd(c, d);
        const __m256d columns[4] = {
            _mm256_permute2f128_pd(ab_even, cd_even, 0x20), _mm256_permute2f128_pd(ab_odd, cd_odd, 0x20),
            _mm256_permute2f128_pd(ab_even, cd_even, 0x31), _mm256_permute2f128_pd(ab_odd, cd_odd, 0x31)};
        for (int k = 0; k < 4; ++k)
            _mm256_storeu_pd(out + k * stride + r, _mm256_mul_pd(_mm256_sub_pd(columns[k], m[k]), s[k]));
    }
}
#else
template <class Number>
static inline void standardise_strip(const Number* first, std::ptrdiff_t row_stride, const double* centre,
                                     const double* scale, double* out, std::ptrdiff_t stride) {
    const char* rows = reinterpret_cast<const char*>(first);
    for (std::ptrdiff_t r = 0; r < strip; ++r)
        for (int c = 0; c < 4; ++c)
            out[c * stride + r] = (reinterpret_cast<const Number*>(rows + r * row_stride)[c] - centre[c]) * scale[c];
}
#endif

// to[k] += the sum of the lanes of v[k], for k in 0..3.
#if defined(__AVX2__)
static inline __m256d fold(__m256d v) { return v; }
#if defined(__AVX512F__)
static inline __m256d fold(__m512d v) {
    return _mm256_add_pd(_mm512_castpd512_pd256(v), _mm512_extractf64x4_pd(v, 1));
}
#endif
static inline void add_sums(const Vec v[4], double* to) {
    const __m256d ab = _mm256_hadd_pd(fold(v[0].v), fold(v[1].v)), cd = _mm256_hadd_pd(fold(v[2].v), fold(v[3].v));
    const __m256d low = _mm256_permute2f128_pd(ab, cd, 0x20), high = _mm256_permute2f128_pd(ab, cd, 0x31);
    _mm256_storeu_pd(to, _mm256_add_pd(_mm256_loadu_pd(to), _mm256_add_pd(low, high)));
}
#else
static inline void add_sums(const Vec v[4], double* to) {
    for (int k = 0; k < 4; ++k) {
        double lane[lanes];
        store(lane, v[k]);
        double sum = lane[0];
        for (int i = 1; i < lanes; ++i) sum += lane[i];
        to[k] += sum;
    }
}
#endif

}  // namespace verhulst::VERHULST_LEVEL
