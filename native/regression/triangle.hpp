// The triangle of Z^T Z for a block of columns: 4 x 4 tiles of inner products, kept in registers over all rows.
//
// Each tile reads 8 vectors for 16 fused multiply-adds where there are 32 registers, and half a tile at a time where
// there are 16. A band of columns stays in the second cache while the other columns pass through the first.
#pragma once

#include <algorithm>

#include "regression/lanes.hpp"
#include "regression/statistics.hpp"

namespace verhulst::VERHULST_LEVEL {

constexpr int tile_part = lanes == 8 ? 4 : 2;

// to[4 a + b] += sum over rows of left[a][r] * right[b][r], for a in 0..tile_part and b in 0..3.
static inline void add_part(const double* left, const double* right, std::ptrdiff_t stride, std::ptrdiff_t rows,
                            double* to) {
    Vec sum[tile_part][tile];
    for (auto& row : sum)
        for (Vec& s : row) s = Vec(0.0);
    for (std::ptrdiff_t r = 0; r < rows; r += lanes) {
        const Vec b0 = load(right + r), b1 = load(right + stride + r), b2 = load(right + 2 * stride + r),
                  b3 = load(right + 3 * stride + r);
#pragma GCC unroll 4
        for (int a = 0; a < tile_part; ++a) {
            const Vec l = load(left + a * stride + r);
            sum[a][0] = multiply_add(l, b0, sum[a][0]);
            sum[a][1] = multiply_add(l, b1, sum[a][1]);
            sum[a][2] = multiply_add(l, b2, sum[a][2]);
            sum[a][3] = multiply_add(l, b3, sum[a][3]);
        }
    }
    for (int a = 0; a < tile_part; ++a) add_sums(sum[a], to + tile * a);
}

// triangle += Z^T Z, for `tiles` tiles of columns of `rows` rows each (a multiple of lanes).
static inline void add_triangle(const double* z, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t tiles,
                                double* triangle) {
    constexpr std::ptrdiff_t band = 8;
    for (std::ptrdiff_t first = 0; first < tiles; first += band)
        for (std::ptrdiff_t j = first; j < tiles; ++j)
            for (std::ptrdiff_t i = first; i < std::min(first + band, j + 1); ++i)
                for (int part = 0; part < tile; part += tile_part)
                    add_part(z + (i * tile + part) * stride, z + j * tile * stride, stride, rows,
                             triangle + tile_index(i, j) * tile * tile + part * tile);
}

}  // namespace verhulst::VERHULST_LEVEL
