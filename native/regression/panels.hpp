// A block of rows, standardised and laid out for the triangle product.
//
// Columns stand side by side in panels as wide as a vector, with zeros after the last column; within a panel one row
// follows the other. Everything is written in whole, aligned vectors. The intercept has no column here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "regression/column_panels.hpp"
#include "regression/statistics.hpp"
#include "simd/lanes.hpp"

namespace verhulst::VERHULST_LEVEL {

class Panels {
  public:
    // Room for `rows` rows, taken from the front of `scratch`.
    Panels(const Request& request, std::ptrdiff_t rows, std::vector<double>& scratch)
        : request_(request), count_((request.columns + lanes - 1) / lanes), stride_((rows + 1) * lanes) {
        // One row more than there are: panels a multiple of 4096 bytes apart would crowd a few sets of the cache.
        const std::ptrdiff_t width = count_ * lanes, wanted = count_ * stride_ + 4 * width + 8;
        if (static_cast<std::ptrdiff_t>(scratch.size()) < wanted) scratch.resize(static_cast<std::size_t>(wanted));
        const auto address = reinterpret_cast<std::uintptr_t>(scratch.data());
        z_ = scratch.data() + (64 - address % 64) % 64 / sizeof(double);
        centre_ = z_ + count_ * stride_;
        scale_ = centre_ + width;
        beta_ = scale_ + width;
        direction_ = beta_ + width;
        std::fill_n(centre_, 4 * width, 0.0);
        std::copy_n(request.centre, request.columns, centre_);
        std::copy_n(request.inverse_scale, request.columns, scale_);
        std::copy_n(request.beta + request.intercept, request.columns, beta_);
        if (request.direction) std::copy_n(request.direction + request.intercept, request.columns, direction_);
    }

    std::ptrdiff_t count() const { return count_; }
    double* panel(std::ptrdiff_t k) { return z_ + k * stride_; }
    std::ptrdiff_t stride() const { return stride_; }  // from one panel to the next
    const double* beta() const { return beta_; }       // padded with zeros, as is
    const double* direction() const { return direction_; }

    // Whether columns that are 0 are 0 here too, so that it pays to look for rows that are 0 throughout.
    bool keeps_zeros(std::ptrdiff_t k) const {
        return std::all_of(centre_ + k * lanes, centre_ + (k + 1) * lanes, [](double c) { return c == 0; });
    }

    // Puts rows start..start+count of the data at row `at`; the rows after them, up to a whole vector, become 0.
    void read(std::ptrdiff_t start, std::ptrdiff_t count, std::ptrdiff_t at) {
        if (request_.table)
            for (std::ptrdiff_t k = 0; k < count_; ++k)
                read_views(*request_.table, k * lanes, std::min<std::ptrdiff_t>(lanes, request_.columns - k * lanes),
                           start, count, centre_ + k * lanes, scale_ + k * lanes, panel(k) + at * lanes);
        else if (request_.single)
            read_as<float>(start, count, at);
        else
            read_as<double>(start, count, at);
        for (std::ptrdiff_t r = at + count; r < at + padded_rows(count); ++r)
            for (std::ptrdiff_t k = 0; k < count_; ++k) store(panel(k) + r * lanes, Vec(0.0));
    }

    static constexpr std::ptrdiff_t padded_rows(std::ptrdiff_t count) { return (count + lanes - 1) / lanes * lanes; }

  private:
    template <class Number>
    void read_as(std::ptrdiff_t start, std::ptrdiff_t count, std::ptrdiff_t at) {
        const char* first = request_.x + start * request_.row_stride;
        if (request_.column_stride == sizeof(Number) || request_.columns == 1)
            read_rows<Number>(first, count, at);
        else
            read_columns<Number>(first, count, at);
    }

    template <class Number>
    void read_rows(const char* first, std::ptrdiff_t count, std::ptrdiff_t at) {
        const std::ptrdiff_t whole = request_.columns / lanes, columns = request_.columns;
        const auto standardised = [&](Vec x, std::ptrdiff_t k) {
            return (x - load(centre_ + k * lanes)) * load(scale_ + k * lanes);
        };
        // The processor's own prefetching does not keep up with short rows: ask for what comes a few kilobytes later.
        const std::ptrdiff_t bytes = request_.columns * static_cast<std::ptrdiff_t>(sizeof(Number));
        const std::ptrdiff_t ahead = std::max<std::ptrdiff_t>(1, prefetch_bytes / bytes) * request_.row_stride;
        for (std::ptrdiff_t r = 0; r < count; ++r) {
            const char* row = first + r * request_.row_stride;
            for (std::ptrdiff_t byte = 0; byte < bytes; byte += 64) __builtin_prefetch(row + ahead + byte, 0, 2);
            const Number* x = reinterpret_cast<const Number*>(row);
            double* z = z_ + (at + r) * lanes;
            for (std::ptrdiff_t k = 0; k < whole; ++k) store(z + k * stride_, standardised(load(x + k * lanes), k));
            if (whole < count_)
                store(z + whole * stride_, standardised(load_first(x + whole * lanes, columns % lanes), whole));
        }
    }

    template <class Number>
    void read_columns(const char* first, std::ptrdiff_t count, std::ptrdiff_t at) {
        for (std::ptrdiff_t k = 0; k < count_; ++k) {
            const std::ptrdiff_t start = k * lanes, stop = std::min<std::ptrdiff_t>(start + lanes, request_.columns);
            double* z = panel(k) + at * lanes;
            std::ptrdiff_t c = start;
            while (c < stop) {
                const char* x = first + c * request_.column_stride;
                const bool four = stop - c >= 4 && request_.row_stride == sizeof(Number);
                std::ptrdiff_t r = 0;
                if (four)
                    for (; r + 4 <= count; r += 4)
                        turn4(
                            [&](int i) {
                                return reinterpret_cast<const Number*>(x + r * request_.row_stride +
                                                                       i * request_.column_stride);
                            },
                            centre_ + c, scale_ + c, z + r * lanes + c - start);
                for (; r < count; ++r)
                    for (int i = 0; i < (four ? 4 : 1); ++i) {
                        const char* value = x + r * request_.row_stride + i * request_.column_stride;
                        z[r * lanes + c + i - start] =
                            (*reinterpret_cast<const Number*>(value) - centre_[c + i]) * scale_[c + i];
                    }
                c += four ? 4 : 1;
            }
            for (; c < start + lanes; ++c)
                for (std::ptrdiff_t r = 0; r < count; ++r) z[r * lanes + c - start] = 0.0;
        }
    }

    static constexpr std::ptrdiff_t prefetch_bytes = 8192;

    const Request& request_;
    std::ptrdiff_t count_, stride_;
    double *z_, *centre_, *scale_, *beta_, *direction_;
};

}  // namespace verhulst::VERHULST_LEVEL
