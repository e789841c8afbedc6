// Cholesky factors and inverses of symmetric matrices of up to about a thousand rows, on the calling thread alone.
//
// LAPACK's do the same, but OpenBLAS wakes its threads for the smallest of them and has them wait, spinning, for another
// call: they would take the processors from the next read of the data.
#pragma once

#include <cstddef>

namespace verhulst {

// Matrices stand row by row, `stride` numbers apart, a multiple of 8 and at least n; the numbers after the n-th are 0.
struct Cholesky {
    // The upper triangle of a becomes R with a = R^T R; what is below the diagonal is of no use. False: a pivot is not above 0.
    bool (*factor)(double* a, std::ptrdiff_t n, std::ptrdiff_t stride);
    // w, all zeros, becomes R^-1, for an upper triangle R whose numbers below the diagonal are not read.
    void (*invert)(const double* r, double* w, std::ptrdiff_t n, std::ptrdiff_t stride);
    // c becomes w w^T for an upper triangle w with zeros below the diagonal.
    void (*square)(const double* w, double* c, std::ptrdiff_t n, std::ptrdiff_t stride);
};

constexpr std::ptrdiff_t cholesky_stride(std::ptrdiff_t n) {
    const std::ptrdiff_t wide = (n + 7) / 8 * 8;
    return wide % 64 ? wide : wide + 8;  // rows a multiple of 512 bytes apart would crowd a few sets of the cache
}

}  // namespace verhulst
