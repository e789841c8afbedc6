// Columns of any type on their way into panels.
#pragma once

#include <algorithm>
#include <cstdint>

#include "regression/columns.hpp"
#include "simd/lanes.hpp"

namespace verhulst::VERHULST_LEVEL {

constexpr std::ptrdiff_t most_view_rows = 128;

// z[r * lanes + c] = (number r of column c - centre) * scale for columns first..first+some, some <= lanes, of a panel; the
// columns after them become 0.
static inline void read_views(const Columns& columns, std::ptrdiff_t first, std::ptrdiff_t some, std::ptrdiff_t start,
                              std::ptrdiff_t count, const double* centre, const double* scale, double* z) {
    alignas(64) double room[4][most_view_rows];
    columns.each_batch(
        start, count, [&](const Batch& batch, std::ptrdiff_t row, std::ptrdiff_t rows, std::ptrdiff_t at) {
            double* to = z + at * lanes;
            for (std::ptrdiff_t c = 0; c < some;) {
                const int wide = some - c >= 4 ? 4 : 1;
                const double* from[4];
                for (int i = 0; i < wide; ++i)
                    from[i] =
                        doubles(batch, columns.numbers[static_cast<std::size_t>(first + c + i)], row, rows, room[i]);
                std::ptrdiff_t r = 0;
                if (wide == 4)
                    for (; r + 4 <= rows; r += 4)
                        turn4([&](int i) { return from[i] + r; }, centre + c, scale + c, to + r * lanes + c);
                for (; r < rows; ++r)
                    for (int i = 0; i < wide; ++i) to[r * lanes + c + i] = (from[i][r] - centre[c + i]) * scale[c + i];
                c += wide;
            }
        });
    for (std::ptrdiff_t c = some; c < lanes; ++c)
        for (std::ptrdiff_t r = 0; r < count; ++r) z[r * lanes + c] = 0.0;
}

}  // namespace verhulst::VERHULST_LEVEL
