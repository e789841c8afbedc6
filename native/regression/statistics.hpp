// Statistics of a logistic regression at one coefficient vector: what is asked for and what comes back.
//
// The design is seen through z = (x - centre) * inverse_scale, after a column of ones if there is an intercept; q counts
// these columns. Rows are taken in blocks that stay in the cache; blocks add up to chunks, chunks to the whole, along a
// tree that depends on the numbers of rows and columns only, so that any number of threads gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "regression/columns.hpp"

namespace verhulst {

enum class Product {
    none,         // no matrix
    information,  // sum of w s'(eta) z z^T
    gram,         // sum of w z z^T
};

struct Request {
    const Columns* table = nullptr;  // the columns, where they do not lie in one matrix:
    const char* x;                   // n x p numbers, float64 or float32
    bool single;
    std::ptrdiff_t row_stride, column_stride;  // in bytes
    std::ptrdiff_t rows, columns;
    const double* y;                // in [0, 1]
    const std::uint8_t* y_bytes;    // or 0 and 1; then y is null
    const double *weight, *offset;  // or null
    const double *centre, *inverse_scale;
    bool intercept;
    const double *beta, *direction;  // q each; direction may be null
    Product product;
    // For Jeffreys' prior: the transposed inverse of the Cholesky factor of the information, rows padded to whole panels.
    // The gradient then has 2 tau h (1/2 - s(eta)) z besides, with the leverages h, which are written out.
    const double* root = nullptr;
    std::ptrdiff_t root_stride = 0;
    double two_tau = 0;
    double* leverage = nullptr;

    std::ptrdiff_t size() const { return columns + intercept; }
    double outcome(std::ptrdiff_t row) const { return y ? y[row] : y_bytes[row]; }
};

// Columns are taken in panels, as wide as a vector at the level in use. Square tiles of the triangle, a panel by a panel,
// stand one after the other: tile (i, j), i <= j, at tile_index(i, j), row by row.
constexpr std::ptrdiff_t tile_index(std::ptrdiff_t i, std::ptrdiff_t j) { return j * (j + 1) / 2 + i; }

// What some rows add up to.
struct Sums {
    double log_likelihood = 0, compensation = 0;  // their sum counts
    double row_norm = 0;                          // squared, the largest
    double least = 0, most = 0;                   // margin of the direction, over rows with weight
    bool any = false;                             // whether there was a row with weight
    std::ptrdiff_t panel = 0;                     // how many columns wide
    // Gradient and matrix of the columns, padded to whole panels; of a column of ones with itself and with the others.
    std::vector<double> gradient, triangle, ones_edge;
    double ones_gradient = 0, ones_corner = 0;
    std::vector<double> coded;  // of codes, as `Columns` lays them out

    void add(const Sums& other);
};

// Rows whose products are summed at a time: few enough for the first cache while there are few columns, enough to pay
// for starting a tile when there are many.
constexpr std::ptrdiff_t block_rows(std::ptrdiff_t size) { return size <= 24 ? 128 : 256; }

// Adds rows start..stop to sums; scratch is the thread's own. One per instruction-set level.
using AddRows = void (*)(const Request&, std::ptrdiff_t start, std::ptrdiff_t stop, std::vector<double>& scratch,
                         Sums&);

// All rows, on as many threads as threads.hpp allows.
Sums statistics(const Request&, AddRows add_rows);

}  // namespace verhulst
