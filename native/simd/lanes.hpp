// Moves between lanes: part of a vector, sums across, and columns turned into rows. A level without code of its own here
// takes the portable one.
#pragma once

#include <cstddef>

#include "simd/vector.hpp"
#if defined(__AVX2__)
#include "simd/intrinsics.hpp"
#endif

namespace verhulst::VERHULST_LEVEL {

// The first `count` lanes of the vector at p; the others are 0 and are not read.
template <class Number>
static inline Vec load_first(const Number* p, std::ptrdiff_t count) {
    double lane[lanes] = {};
    for (std::ptrdiff_t k = 0; k < count; ++k) lane[k] = p[k];
    return load(lane);
}
#if defined(VERHULST_LEVEL_v4)
static inline __mmask8 first_lanes(std::ptrdiff_t count) { return static_cast<__mmask8>((1 << count) - 1); }
template <>
inline Vec load_first(const double* p, std::ptrdiff_t count) {
    return _mm512_maskz_loadu_pd(first_lanes(count), p);
}
template <>
inline Vec load_first(const float* p, std::ptrdiff_t count) {
    return _mm512_cvtps_pd(_mm256_maskz_loadu_ps(first_lanes(count), p));
}
#endif

// Lane k: the sum of the lanes of v[k], for k in 0..lanes.
#if defined(VERHULST_LEVEL_v4)
static inline __m512d pair_sums(Vec a, Vec b) {
    return _mm512_add_pd(_mm512_unpacklo_pd(a.v, b.v), _mm512_unpackhi_pd(a.v, b.v));
}
static inline __m512d quarter_sums(__m512d a, __m512d b) {
    return _mm512_add_pd(_mm512_shuffle_f64x2(a, b, 0x88), _mm512_shuffle_f64x2(a, b, 0xdd));
}
static inline Vec sums(const Vec v[lanes]) {
    const __m512d low = quarter_sums(pair_sums(v[0], v[1]), pair_sums(v[2], v[3]));
    return quarter_sums(low, quarter_sums(pair_sums(v[4], v[5]), pair_sums(v[6], v[7])));
}
#elif defined(VERHULST_LEVEL_v3)
static inline Vec sums(const Vec v[lanes]) {
    const __m256d ab = _mm256_hadd_pd(v[0].v, v[1].v), cd = _mm256_hadd_pd(v[2].v, v[3].v);
    return _mm256_add_pd(_mm256_permute2f128_pd(ab, cd, 0x20), _mm256_permute2f128_pd(ab, cd, 0x31));
}
#elif defined(VERHULST_LEVEL_neon)
static inline Vec sums(const Vec v[lanes]) {
    const auto sum = [](Vec x) { return vaddq_f64(x.a, x.b); };
    return {vpaddq_f64(sum(v[0]), sum(v[1])), vpaddq_f64(sum(v[2]), sum(v[3]))};
}
#else
static inline Vec sums(const Vec v[lanes]) {
    double sum[lanes];
    for (int k = 0; k < lanes; ++k) {
        double lane[lanes];
        store(lane, v[k]);
        sum[k] = lane[0];
        for (int i = 1; i < lanes; ++i) sum[k] += lane[i];
    }
    return load(sum);
}
#endif

// out[r * lanes + c] = ((row r of column c) - centre[c]) * scale[c] for four columns and four rows; column(c) tells where
// those of column c are.
template <class Column>
static inline void turn4(const Column& column, const double* centre, const double* scale, double* out) {
#if defined(__AVX2__)
    __m256d v[4];
    for (int c = 0; c < 4; ++c) {
        if constexpr (sizeof(*column(0)) == sizeof(double))
            v[c] = _mm256_loadu_pd(column(c));
        else
            v[c] = _mm256_cvtps_pd(_mm_loadu_ps(column(c)));
        v[c] = _mm256_mul_pd(_mm256_sub_pd(v[c], _mm256_broadcast_sd(centre + c)), _mm256_broadcast_sd(scale + c));
    }
    const __m256d ab_even = _mm256_unpacklo_pd(v[0], v[1]), ab_odd = _mm256_unpackhi_pd(v[0], v[1]);
    const __m256d cd_even = _mm256_unpacklo_pd(v[2], v[3]), cd_odd = _mm256_unpackhi_pd(v[2], v[3]);
    _mm256_storeu_pd(out, _mm256_permute2f128_pd(ab_even, cd_even, 0x20));
    _mm256_storeu_pd(out + lanes, _mm256_permute2f128_pd(ab_odd, cd_odd, 0x20));
    _mm256_storeu_pd(out + 2 * lanes, _mm256_permute2f128_pd(ab_even, cd_even, 0x31));
    _mm256_storeu_pd(out + 3 * lanes, _mm256_permute2f128_pd(ab_odd, cd_odd, 0x31));
#else
    for (int r = 0; r < 4; ++r)
        for (int c = 0; c < 4; ++c) out[r * lanes + c] = (column(c)[r] - centre[c]) * scale[c];
#endif
}

}  // namespace verhulst::VERHULST_LEVEL
