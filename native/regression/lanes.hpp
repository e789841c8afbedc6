// Two moves between lanes that the vector shim does not have: a 4 x 4 transposition on loading, and four sums at once.
#pragma once

#include "simd/vector.hpp"
#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace verhulst::VERHULST_LEVEL {

// out[c * stride + r] = (rows[r][c] - centre[c]) * scale[c] for r, c in 0..3.
#if defined(__AVX2__)
static inline __m256d load4(const double* p) { return _mm256_loadu_pd(p); }
static inline __m256d load4(const float* p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }

template <class Number>
static inline void standardise4x4(const Number* const rows[4], const double* centre, const double* scale, double* out,
                                  std::ptrdiff_t stride) {
    const __m256d a = load4(rows[0]), b = load4(rows[1]), c = load4(rows[2]), d = load4(rows[3]);
    const __m256d ab_even = _mm256_unpacklo_pd(a, b), ab_odd = _mm256_unpackhi_pd(a, b);
    const __m256d cd_even = _mm256_unpacklo_pd(c, d), cd_odd = _mm256_unpackhi_pd(c, d);
    const __m256d columns[4] = {
        _mm256_permute2f128_pd(ab_even, cd_even, 0x20), _mm256_permute2f128_pd(ab_odd, cd_odd, 0x20),
        _mm256_permute2f128_pd(ab_even, cd_even, 0x31), _mm256_permute2f128_pd(ab_odd, cd_odd, 0x31)};
    for (int k = 0; k < 4; ++k) {
        const __m256d centred = _mm256_sub_pd(columns[k], _mm256_broadcast_sd(centre + k));
        _mm256_storeu_pd(out + k * stride, _mm256_mul_pd(centred, _mm256_broadcast_sd(scale + k)));
    }
}
#else
template <class Number>
static inline void standardise4x4(const Number* const rows[4], const double* centre, const double* scale, double* out,
                                  std::ptrdiff_t stride) {
    for (int c = 0; c < 4; ++c)
        for (int r = 0; r < 4; ++r) out[c * stride + r] = (rows[r][c] - centre[c]) * scale[c];
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
