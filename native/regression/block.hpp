// A block of rows, standardised and turned so that every column is contiguous: rows are the lanes of all that follows.
#pragma once

#include <algorithm>
#include <vector>

#include "regression/lanes.hpp"
#include "regression/statistics.hpp"

namespace verhulst::VERHULST_LEVEL {

class Block {
  public:
    explicit Block(const Request& request)
        : request_(request), size_(request.size()), stride_(block_rows(size_) + 8),  // not a power of two
          z_(static_cast<std::size_t>(tile_count(size_) * tile * stride_)) {
        if (request.intercept) std::fill_n(z_.data(), stride_, 1.0);
    }

    double* column(std::ptrdiff_t c) { return z_.data() + c * stride_; }
    std::ptrdiff_t stride() const { return stride_; }

    // Loads rows start..start+count; the rows after them, up to a whole number of `padding` rows, become 0.
    void read(std::ptrdiff_t start, std::ptrdiff_t count, std::ptrdiff_t padding) {
        if (request_.single)
            read_as<float>(start, count);
        else
            read_as<double>(start, count);
        const std::ptrdiff_t padded = (count + padding - 1) / padding * padding;
        for (std::ptrdiff_t c = 0; c < size_; ++c) std::fill(column(c) + count, column(c) + padded, 0.0);
        if (request_.intercept) std::fill(column(0), column(0) + count, 1.0);
    }

  private:
    template <class Number>
    void read_as(std::ptrdiff_t start, std::ptrdiff_t count) {
        const char* first = request_.x + start * request_.row_stride;
        if (request_.row_stride == sizeof(Number))
            read_columns<Number>(first, count);
        else if (request_.column_stride == sizeof(Number) && request_.columns >= 4)
            read_rows<Number>(first, count);
        else
            read_any<Number>(first, 0, count);
    }

    template <class Number>
    void read_columns(const char* first, std::ptrdiff_t count) {
        for (std::ptrdiff_t c = 0; c < request_.columns; ++c) {
            const Number* x = reinterpret_cast<const Number*>(first + c * request_.column_stride);
            double* z = column(c + request_.intercept);
            const double centre = request_.centre[c], scale = request_.inverse_scale[c];
            std::ptrdiff_t r = 0;
            for (; r + lanes <= count; r += lanes) store(z + r, (load(x + r) - Vec(centre)) * Vec(scale));
            for (; r < count; ++r) z[r] = (x[r] - centre) * scale;
        }
    }

    template <class Number>
    void read_rows(const char* first, std::ptrdiff_t count) {
        const std::ptrdiff_t columns = request_.columns, row_stride = request_.row_stride, stride = stride_;
        // The processor's own prefetching does not keep up with short rows: ask for what comes a few kilobytes later.
        const std::ptrdiff_t row_bytes = columns * static_cast<std::ptrdiff_t>(sizeof(Number));
        const std::ptrdiff_t ahead = std::max(strip, prefetch_bytes / row_bytes) * row_stride;
        std::ptrdiff_t r = 0;
        for (; r + strip <= count; r += strip) {
            const char* rows = first + r * row_stride;
            for (std::ptrdiff_t k = 0; k < strip; ++k)
                for (std::ptrdiff_t byte = 0; byte < row_bytes; byte += 64)
                    __builtin_prefetch(rows + ahead + k * row_stride + byte, 0, 2);
            // The last four columns may overlap those before them: the same numbers are written twice.
            for (std::ptrdiff_t c = 0; c < columns; c += 4) {
                const std::ptrdiff_t from = std::min(c, columns - 4);
                standardise_strip(reinterpret_cast<const Number*>(rows) + from, row_stride, request_.centre + from,
                                  request_.inverse_scale + from, column(from + request_.intercept) + r, stride);
            }
        }
        read_any<Number>(first, r, count);
    }

    template <class Number>
    void read_any(const char* first, std::ptrdiff_t from, std::ptrdiff_t to) {
        for (std::ptrdiff_t c = 0; c < request_.columns; ++c) {
            double* z = column(c + request_.intercept);
            const char* x = first + c * request_.column_stride;
            for (std::ptrdiff_t r = from; r < to; ++r) {
                const double value = *reinterpret_cast<const Number*>(x + r * request_.row_stride);
                z[r] = (value - request_.centre[c]) * request_.inverse_scale[c];
            }
        }
    }

    static constexpr std::ptrdiff_t prefetch_bytes = 8192;

    const Request& request_;
    std::ptrdiff_t size_, stride_;
    std::vector<double> z_;
};

}  // namespace verhulst::VERHULST_LEVEL
