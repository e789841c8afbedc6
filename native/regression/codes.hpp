// What coded columns add to the sums of a block, code by code.
#pragma once

#include <cstdint>
#include <vector>

#include "regression/column_panels.hpp"
#include "regression/panels.hpp"

namespace verhulst::VERHULST_LEVEL {

class Codes {
  public:
    // Room for the codes of `rows` rows.
    Codes(const Request& request, std::ptrdiff_t rows)
        : columns_(request.table && !request.table->coded.empty() ? request.table : nullptr), rows_(rows) {
        if (columns_) codes_.resize(columns_->coded.size() * static_cast<std::size_t>(rows));
    }

    bool any() const { return columns_ != nullptr; }

    // Reads the codes of a strip; eta and along += what they add to each row.
    void read(std::ptrdiff_t start, std::ptrdiff_t count, bool direction, double* eta, double* along) {
        for (std::size_t k = 0; k < columns_->coded.size(); ++k) {
            const Columns::Coded& each = columns_->coded[k];
            std::int32_t* code = list(k);
            read_codes(*columns_, each, start, count, code);
            for (std::ptrdiff_t r = 0; r < count; ++r) eta[r] += each.eta[code[r]];
            if (direction)
                for (std::ptrdiff_t r = 0; r < count; ++r) along[r] += each.along[code[r]];
        }
    }

    void add_gradient(std::ptrdiff_t count, const double* residual, double* sums) {
        for (std::size_t k = 0; k < columns_->coded.size(); ++k) {
            double* to = sums + columns_->coded[k].first;
            const std::int32_t* code = list(k);
            for (std::ptrdiff_t r = 0; r < count; ++r) to[code[r]] += residual[r];
        }
    }

    // `z`: the rows from `at` on, times their roots.
    void add_products(std::ptrdiff_t count, std::ptrdiff_t at, const double* root, Panels& z, double* sums) {
        const std::ptrdiff_t width = z.count() * lanes;
        double *pairs = sums + columns_->pairs_at(width), weight[most_view_rows];
        for (std::ptrdiff_t r = 0; r < count; ++r) weight[r] = root[r] * root[r];
        for (std::size_t k = 0; k < columns_->coded.size(); ++k) {
            const Columns::Coded& each = columns_->coded[k];
            const std::int32_t* code = list(k);
            double *ones = sums + columns_->levels + each.first,
                   *dense = sums + 2 * columns_->levels + each.first * width;
            for (std::ptrdiff_t r = 0; r < count; ++r) {
                ones[code[r]] += weight[r];
                double* to = dense + code[r] * width;
                const Vec times(root[r]);
                for (std::ptrdiff_t i = 0; i < z.count(); ++i)
                    store(to + i * lanes,
                          multiply_add(times, load(z.panel(i) + (at + r) * lanes), load(to + i * lanes)));
            }
            for (std::size_t j = 0; j < k; ++j) {
                const std::int32_t* other = list(j);
                for (std::ptrdiff_t r = 0; r < count; ++r) pairs[other[r] * each.levels + code[r]] += weight[r];
                pairs += columns_->coded[j].levels * each.levels;
            }
        }
    }

  private:
    std::int32_t* list(std::size_t k) { return codes_.data() + k * static_cast<std::size_t>(rows_); }

    const Columns* columns_;
    std::ptrdiff_t rows_;
    std::vector<std::int32_t> codes_;
};

}  // namespace verhulst::VERHULST_LEVEL
