// Compiled once per level: Cholesky's factor, its inverse and the product of the two, several rows at a time.
//
// All inner loops run along rows and start at the vector that holds the first number that counts; what stands before it in
// that vector lies below the diagonal.
#include "regression/cholesky.hpp"

#include <algorithm>
#include <cmath>

#include "environment.hpp"
#include "simd/lanes.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

constexpr std::ptrdiff_t several = 8;  // pivot rows whose products are subtracted together

std::ptrdiff_t vector_of(std::ptrdiff_t k) { return k / lanes * lanes; }

// to[j] += sum over t < count of factor[t] from[t * stride + j], j from..stride, for `width` rows `to` at once.
template <int width, int count>
void add_multiples(double* const* to, const double (*factor)[several], const double* from, std::ptrdiff_t stride,
                   std::ptrdiff_t first) {
    for (std::ptrdiff_t j = vector_of(first); j < stride; j += lanes) {
        Vec sum[width];
        for (int m = 0; m < width; ++m) sum[m] = load(to[m] + j);
#pragma GCC unroll 8
        for (int t = 0; t < count; ++t) {
            const Vec part = load(from + t * stride + j);
#pragma GCC unroll 4
            for (int m = 0; m < width; ++m) sum[m] = multiply_add(Vec(factor[m][t]), part, sum[m]);
        }
        for (int m = 0; m < width; ++m) store(to[m] + j, sum[m]);
    }
}

// The same for any number of rows `from` up to `several`.
template <int width>
void add_some_multiples(double* const* to, const double (*factor)[several], const double* from, std::ptrdiff_t count,
                        std::ptrdiff_t stride, std::ptrdiff_t first) {
    if (count == several) return add_multiples<width, several>(to, factor, from, stride, first);
    for (std::ptrdiff_t t = 0; t < count; ++t) {
        double one[width][several];
        for (int m = 0; m < width; ++m) one[m][0] = factor[m][t];
        add_multiples<width, 1>(to, one, from + t * stride, stride, first);
    }
}

bool factor(double* a, std::ptrdiff_t n, std::ptrdiff_t stride) {
    const Environment environment;
    for (std::ptrdiff_t k = 0; k < n; k += several) {
        const std::ptrdiff_t stop = std::min(k + several, n);
        double* const panel = a + k * stride;
        double part[2][several];
        for (std::ptrdiff_t i = k; i < stop; ++i) {
            double* const row = a + i * stride;
            for (std::ptrdiff_t t = k; t < i; ++t) part[0][t - k] = -a[t * stride + i];
            add_some_multiples<1>(&row, part, panel, i - k, stride, i);
            if (!(row[i] > 0)) return false;
            const double root = std::sqrt(row[i]);
            for (std::ptrdiff_t j = vector_of(i); j < stride; j += lanes) store(row + j, load(row + j) / Vec(root));
            row[i] = root;
        }
        for (std::ptrdiff_t i = stop; i < n; i += 2) {
            double* const rows[2] = {a + i * stride, a + std::min(i + 1, n - 1) * stride};
            for (int m = 0; m < 2; ++m)
                for (std::ptrdiff_t t = k; t < stop; ++t) part[m][t - k] = -a[t * stride + i + m];
            if (i + 1 < n)
                add_some_multiples<2>(rows, part, panel, stop - k, stride, i);
            else
                add_some_multiples<1>(rows, part, panel, stop - k, stride, i);
        }
    }
    return true;
}

// W R = 1, from the last rows up: r_ii w_i = e_i - sum over k > i of r_ik w_k.
void invert(const double* r, double* w, std::ptrdiff_t n, std::ptrdiff_t stride) {
    const Environment environment;
    constexpr std::ptrdiff_t together = 4;
    for (std::ptrdiff_t stop = n; stop > 0;) {
        const std::ptrdiff_t start = stop > together ? stop - together : 0;
        double* rows[together];
        for (std::ptrdiff_t m = 0; m < together; ++m) rows[m] = w + std::min(start + m, stop - 1) * stride;
        if (stop - start == together)
            for (std::ptrdiff_t k = stop; k < n; k += several) {
                const std::ptrdiff_t count = std::min(several, n - k);
                double part[together][several];
                for (std::ptrdiff_t m = 0; m < together; ++m)
                    for (std::ptrdiff_t t = 0; t < count; ++t) part[m][t] = -r[(start + m) * stride + k + t];
                add_some_multiples<together>(rows, part, w + k * stride, count, stride, k);
            }
        const std::ptrdiff_t known = stop - start == together ? stop : n;
        for (std::ptrdiff_t i = stop - 1; i >= start; --i) {
            double* const row = w + i * stride;
            for (std::ptrdiff_t k = i + 1; k < known; ++k) {
                double part[1][several] = {{-r[i * stride + k]}};
                add_multiples<1, 1>(&row, part, w + k * stride, stride, k);
            }
            row[i] = 1.0;
            for (std::ptrdiff_t j = vector_of(i); j < stride; j += lanes)
                store(row + j, load(row + j) / Vec(r[i * stride + i]));
        }
        stop = start;
    }
}

// Dot products of `width` rows from i on with rows j and j + 1, which are zeros before number j.
template <int width>
void dots(const double* w, double* c, std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t n, std::ptrdiff_t stride) {
    const std::ptrdiff_t other = std::min(j + 1, n - 1);
    Vec sum[2][lanes];
    for (auto& line : sum)
        for (Vec& s : line) s = Vec(0.0);
    for (std::ptrdiff_t k = vector_of(j); k < stride; k += lanes) {
        const Vec a = load(w + j * stride + k), b = load(w + other * stride + k);
#pragma GCC unroll 4
        for (int m = 0; m < width; ++m) {
            const Vec part = load(w + (i + m) * stride + k);
            sum[0][m] = multiply_add(part, a, sum[0][m]);
            sum[1][m] = multiply_add(part, b, sum[1][m]);
        }
    }
    const std::ptrdiff_t columns[2] = {j, other};
    for (int second = 0; second < 2; ++second) {
        double total[lanes];
        store(total, sums(sum[second]));
        for (int m = 0; m < width; ++m)
            c[(i + m) * stride + columns[second]] = c[columns[second] * stride + i + m] = total[m];
    }
}

void square(const double* w, double* c, std::ptrdiff_t n, std::ptrdiff_t stride) {
    const Environment environment;
    constexpr int width = lanes < 4 ? lanes : 4;
    for (std::ptrdiff_t j = 0; j < n; j += 2) {
        std::ptrdiff_t i = 0;
        for (; i + width <= j; i += width) dots<width>(w, c, i, j, n, stride);
        for (; i <= std::min(j + 1, n - 1); ++i) dots<1>(w, c, i, j, n, stride);
    }
}

}  // namespace

extern const Cholesky cholesky;
const Cholesky cholesky = {factor, invert, square};

}  // namespace verhulst::VERHULST_LEVEL
