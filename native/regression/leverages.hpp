// The leverages w s'(eta) z^T H^-1 z of the rows of a strip, H = L L^T: squared lengths of L^-1 z.
#pragma once

#include <algorithm>

#include "regression/panels.hpp"
#include "simd/lanes.hpp"

namespace verhulst::VERHULST_LEVEL {

// to[i] += the squares of the entries of L^-1 z in `width` panels from k on, for a vector of rows from `at` on.
template <int width>
static inline void add_squares(const Request& request, Panels& z, std::ptrdiff_t k, std::ptrdiff_t at, Vec to[lanes]) {
    const double* root = request.root + k * lanes;
    Vec sum[lanes][width];
    for (auto& row : sum)
        for (int m = 0; m < width; ++m) row[m] = request.intercept ? load(root + m * lanes) : Vec(0.0);
    // L^-1 is triangular: later columns do not count in these entries.
    const std::ptrdiff_t stop = std::min<std::ptrdiff_t>(request.columns, (k + width) * lanes - request.intercept);
    for (std::ptrdiff_t c = 0; c < stop; ++c) {
        const double* number = z.panel(c / lanes) + at * lanes + c % lanes;
        const double* line = root + (c + request.intercept) * request.root_stride;
        Vec part[width];
        for (int m = 0; m < width; ++m) part[m] = load(line + m * lanes);
#pragma GCC unroll 8
        for (int i = 0; i < lanes; ++i)
            for (int m = 0; m < width; ++m) sum[i][m] = multiply_add(Vec(number[i * lanes]), part[m], sum[i][m]);
    }
    for (int i = 0; i < lanes; ++i)
        for (int m = 0; m < width; ++m) to[i] = multiply_add(sum[i][m], sum[i][m], to[i]);
}

// z^T H^-1 z of a vector of rows from `at` on.
static inline Vec squared_lengths(const Request& request, Panels& z, std::ptrdiff_t at) {
    Vec square[lanes];
    for (Vec& s : square) s = Vec(0.0);
    const std::ptrdiff_t panels = (request.size() + lanes - 1) / lanes;
    for (std::ptrdiff_t k = 0; k < panels; k += 3) {
        if (panels - k >= 3)
            add_squares<3>(request, z, k, at, square);
        else if (panels - k == 2)
            add_squares<2>(request, z, k, at, square);
        else
            add_squares<1>(request, z, k, at, square);
    }
    return sums(square);
}

}  // namespace verhulst::VERHULST_LEVEL
