// The triangle of Z^T Z for a block in panels: tiles of one panel by up to three, kept in registers over all rows.
//
// A row adds to a tile the outer product of its part in one panel, number by number, with its parts in the others,
// vector by vector: 3 loads and as many broadcasts as there are lanes for 3 multiply-adds per lane, which is as much as
// the registers hold. The three panels stay in the first cache while the others pass by. Rows that are 0 in a panel,
// such as those of other levels where a factor was spread out over columns, add nothing to its tiles and are left out.
#pragma once

#include <algorithm>
#include <vector>

#include "regression/panels.hpp"
#include "simd/lanes.hpp"

namespace verhulst::VERHULST_LEVEL {

// The rows of each panel that are not 0 throughout, where it pays to know them.
class FilledRows {
  public:
    FilledRows(const Panels& panels, std::ptrdiff_t rows)
        : rows_(rows),
          index_(static_cast<std::size_t>(panels.count() * rows)),
          number_(static_cast<std::size_t>(panels.count())) {
        for (std::ptrdiff_t k = 0; k < panels.count(); ++k) watched_.push_back(panels.keeps_zeros(k));
    }

    void clear() { std::fill(number_.begin(), number_.end(), 0); }
    bool watched(std::ptrdiff_t k) const { return watched_[static_cast<std::size_t>(k)]; }
    // A panel's list, and how long it is: room for one entry more, which counts if the row does.
    int* list(std::ptrdiff_t k) { return index_.data() + k * rows_; }
    std::ptrdiff_t& number(std::ptrdiff_t k) { return number_[static_cast<std::size_t>(k)]; }
    bool sparse(std::ptrdiff_t k, std::ptrdiff_t rows) { return watched(k) && 4 * number(k) <= 3 * rows; }

  private:
    std::ptrdiff_t rows_;
    std::vector<int> index_;
    std::vector<std::ptrdiff_t> number_;
    std::vector<bool> watched_;
};

// to[m] += the tile of `left` and the m-th panel from `right` on; row(k) is the k-th of `count` rows.
template <int width, class Row>
static inline void add_tiles(const double* left, const double* right, std::ptrdiff_t stride, std::ptrdiff_t count,
                             const Row& row, double* const to[width]) {
    Vec sum[lanes][width];
    for (auto& line : sum)
        for (Vec& s : line) s = Vec(0.0);
    for (std::ptrdiff_t k = 0; k < count; ++k) {
        const std::ptrdiff_t at = row(k) * lanes;
        Vec part[width];
#pragma GCC unroll 3
        for (int m = 0; m < width; ++m) part[m] = load(right + m * stride + at);
#pragma GCC unroll 8
        for (int n = 0; n < lanes; ++n) {
            const Vec number(left[at + n]);
#pragma GCC unroll 3
            for (int m = 0; m < width; ++m) sum[n][m] = multiply_add(number, part[m], sum[n][m]);
        }
    }
    for (int m = 0; m < width; ++m)
        for (int n = 0; n < lanes; ++n) store(to[m] + n * lanes, load(to[m] + n * lanes) + sum[n][m]);
}

template <int width>
static inline void add_tiles(Panels& z, FilledRows& filled, std::ptrdiff_t g, std::ptrdiff_t i, std::ptrdiff_t rows,
                             double* triangle) {
    double* to[width];
    for (int m = 0; m < width; ++m) to[m] = triangle + tile_index(g, i + m) * lanes * lanes;
    if (filled.sparse(g, rows)) {
        const int* list = filled.list(g);
        add_tiles<width>(z.panel(g), z.panel(i), z.stride(), filled.number(g), [=](auto k) { return list[k]; }, to);
    } else {
        add_tiles<width>(z.panel(g), z.panel(i), z.stride(), rows, [](auto k) { return k; }, to);
    }
}

// triangle += Z^T Z over the first `rows` rows.
static inline void add_triangle(Panels& z, FilledRows& filled, std::ptrdiff_t rows, double* triangle) {
    for (std::ptrdiff_t i = 0; i < z.count(); i += 3) {
        const std::ptrdiff_t stop = std::min(i + 3, z.count());
        for (std::ptrdiff_t g = 0; g < stop; ++g) {
            const std::ptrdiff_t from = std::max(g, i);
            if (stop - from == 3)
                add_tiles<3>(z, filled, g, from, rows, triangle);
            else if (stop - from == 2)
                add_tiles<2>(z, filled, g, from, rows, triangle);
            else
                add_tiles<1>(z, filled, g, from, rows, triangle);
        }
    }
}

}  // namespace verhulst::VERHULST_LEVEL
