// Compiled once per level: one read of the rows gives everything a fit wants to know of them.
#include <algorithm>
#include <cmath>

#include "environment.hpp"
#include "regression/codes.hpp"
#include "regression/leverages.hpp"
#include "regression/logistic.hpp"
#include "regression/panels.hpp"
#include "regression/triangle.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

constexpr std::ptrdiff_t most_strip_rows = 128;
// Rows that are read, predicted and summed while they are in the first cache. A block is a whole number of such strips.
constexpr std::ptrdiff_t strip_rows(std::ptrdiff_t size) {
    return size <= 24 ? 128 : size <= 48 ? 64 : size <= 100 ? 32 : 16;
}

// Per row of a strip: outcome, weight, offset in; residual and root of the information weight out.
struct RowArrays {
    alignas(64) double y[most_strip_rows], weight[most_strip_rows], eta[most_strip_rows];
    alignas(64) double residual[most_strip_rows], root[most_strip_rows];
    alignas(64) double along[most_strip_rows];  // of a column of ones and of codes, then of all: z^T direction
};

void read_outcomes(const Request& request, std::ptrdiff_t start, std::ptrdiff_t count, RowArrays& rows) {
    const std::ptrdiff_t padded = Panels::padded_rows(count);
    if (request.y)
        std::copy_n(request.y + start, count, rows.y);
    else
        std::copy_n(request.y_bytes + start, count, rows.y);
    if (request.weight)
        std::copy_n(request.weight + start, count, rows.weight);
    else
        std::fill_n(rows.weight, count, 1.0);
    if (request.offset)
        std::copy_n(request.offset + start, count, rows.eta);
    else
        std::fill_n(rows.eta, count, 0.0);
    if (request.intercept)
        for (std::ptrdiff_t r = 0; r < count; ++r) rows.eta[r] += request.beta[0];
    for (double* a : {rows.y, rows.weight, rows.eta}) std::fill(a + count, a + padded, 0.0);
    if (request.direction) std::fill_n(rows.along, padded, request.intercept ? request.direction[0] : 0.0);
}

// rows.eta += Z beta (and rows.along = Z direction), for rows at.. of the panels; the largest squared norm of a row
// with weight.
template <bool with_direction>
Vec predict(const Request& request, Panels& z, std::ptrdiff_t at, std::ptrdiff_t padded, RowArrays& rows, Vec largest) {
    const Vec one(request.intercept ? 1.0 : 0.0);
    for (std::ptrdiff_t r = 0; r < padded; r += lanes) {
        Vec eta[lanes], norm[lanes], along[lanes];
        for (int i = 0; i < lanes; ++i) eta[i] = norm[i] = along[i] = Vec(0.0);
        for (std::ptrdiff_t k = 0; k < z.count(); ++k) {
            const double* part = z.panel(k) + (at + r) * lanes;
            const Vec coefficient = load(z.beta() + k * lanes);
            const Vec step = with_direction ? load(z.direction() + k * lanes) : Vec(0.0);
#pragma GCC unroll 8
            for (int i = 0; i < lanes; ++i) {
                const Vec value = load(part + i * lanes);
                eta[i] = multiply_add(value, coefficient, eta[i]);
                norm[i] = multiply_add(value, value, norm[i]);
                if (with_direction) along[i] = multiply_add(value, step, along[i]);
            }
        }
        store(rows.eta + r, load(rows.eta + r) + sums(eta));
        if (with_direction) store(rows.along + r, sums(along) + load(rows.along + r));
        largest = max(largest, select(Vec(0.0) < load(rows.weight + r), sums(norm) + one, Vec(0.0)));
    }
    return largest;
}

// A running sum with its rounding errors beside it (Neumaier), lane by lane.
struct Compensated {
    Vec sum{0.0}, lost{0.0};
    void add(Vec x) {  // Knuth's two-sum: exact without asking which is larger
        const Vec s = sum + x, b = s - sum;
        lost = lost + ((sum - (s - b)) + (x - b));
        sum = s;
    }
};

// What adds up row by row, lane by lane.
struct RowSums {
    Compensated loss;
    Vec residual{0.0}, weight{0.0};
};

void terms(std::ptrdiff_t padded, Product product, RowArrays& rows, RowSums& total) {
    for (std::ptrdiff_t r = 0; r < padded; r += lanes) {
        const Vec weight = load(rows.weight + r);
        const RowTerms t = row_terms(load(rows.eta + r), load(rows.y + r));
        const Vec residual = weight * t.residual;
        total.loss.add(weight * t.loss);
        total.residual = total.residual + residual;
        store(rows.residual + r, residual);
        if (product == Product::none) continue;
        const Vec of_matrix = product == Product::gram ? weight : weight * t.variance;
        total.weight = total.weight + of_matrix;
        store(rows.root + r, sqrt(of_matrix));
    }
}

// What Jeffreys' prior adds to the residuals; the leverages are written out for the first `count` rows.
void penalise(const Request& request, Panels& z, std::ptrdiff_t start, std::ptrdiff_t count, RowArrays& rows,
              RowSums& total) {
    for (std::ptrdiff_t r = 0; r < count; r += lanes) {
        const RowTerms t = row_terms(load(rows.eta + r), Vec(0.5));  // its residual is 1/2 - s(eta)
        const Vec leverage = load(rows.weight + r) * t.variance * squared_lengths(request, z, r);
        const Vec extra = Vec(request.two_tau) * leverage * t.residual;
        total.residual = total.residual + extra;
        store(rows.residual + r, load(rows.residual + r) + extra);
        double lane[lanes];
        store(lane, leverage);
        std::copy_n(lane, std::min<std::ptrdiff_t>(lanes, count - r), request.leverage + start + r);
    }
}

void margins(std::ptrdiff_t count, const RowArrays& rows, Sums& sums) {
    for (std::ptrdiff_t r = 0; r < count; ++r) {
        if (!(rows.weight[r] > 0)) continue;
        const double a = rows.along[r];
        const double margin = rows.y[r] == 1 ? a : rows.y[r] == 0 ? -a : -std::fabs(a);
        sums.least = sums.any ? std::min(sums.least, margin) : margin;
        sums.most = sums.any ? std::max(sums.most, margin) : margin;
        sums.any = true;
    }
}

// gradient += Z^T residual over rows at.. of the panels.
void gradient(Panels& z, std::ptrdiff_t at, std::ptrdiff_t padded, const RowArrays& rows, double* to) {
    for (std::ptrdiff_t k = 0; k < z.count(); ++k) {
        const double* part = z.panel(k) + at * lanes;
        Vec sum[4] = {Vec(0.0), Vec(0.0), Vec(0.0), Vec(0.0)};
        for (std::ptrdiff_t r = 0; r < padded; r += 4)
#pragma GCC unroll 4
            for (int i = 0; i < 4; ++i)
                sum[i] = multiply_add(Vec(rows.residual[r + i]), load(part + (r + i) * lanes), sum[i]);
        store(to + k * lanes, load(to + k * lanes) + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
    }
}

// Z becomes diag(root) Z in rows at.. of the panels; edge += root^T diag(root) Z.
void weigh(Panels& z, FilledRows& filled, std::ptrdiff_t at, std::ptrdiff_t padded, const RowArrays& rows,
           double* edge) {
    for (std::ptrdiff_t k = 0; k < z.count(); ++k) {
        double* part = z.panel(k) + at * lanes;
        const bool watched = filled.watched(k);
        int* list = filled.list(k);
        std::ptrdiff_t number = filled.number(k);
        Vec sum[4] = {Vec(0.0), Vec(0.0), Vec(0.0), Vec(0.0)};
        for (std::ptrdiff_t r = 0; r < padded; r += 4)
#pragma GCC unroll 4
            for (int i = 0; i < 4; ++i) {
                const Vec root(rows.root[r + i]), value = load(part + (r + i) * lanes), weighted = root * value;
                sum[i] = multiply_add(root, weighted, sum[i]);
                store(part + (r + i) * lanes, weighted);
                if (watched) {
                    list[number] = static_cast<int>(at + r + i);
                    number += any(~(value == Vec(0.0)));
                }
            }
        filled.number(k) = number;
        store(edge + k * lanes, load(edge + k * lanes) + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
    }
}

}  // namespace

void add_rows(const Request& request, std::ptrdiff_t start, std::ptrdiff_t stop, std::vector<double>& scratch,
              Sums& sums) {
    const Environment environment;
    const bool matrix = request.product != Product::none;
    const std::ptrdiff_t strip = strip_rows(request.size()), block = matrix ? block_rows(request.size()) : strip;
    Panels z(request, block, scratch);
    FilledRows filled(z, matrix ? block + 1 : 0);
    sums.panel = lanes;
    sums.gradient.assign(static_cast<std::size_t>(z.count() * lanes), 0.0);
    sums.triangle.assign(matrix ? static_cast<std::size_t>(tile_index(0, z.count()) * lanes * lanes) : 0, 0.0);
    sums.ones_edge.assign(matrix ? sums.gradient.size() : 0, 0.0);
    Codes codes(request, strip);
    sums.coded.assign(codes.any() ? static_cast<std::size_t>(request.table->size(z.count() * lanes)) : 0, 0.0);
    RowArrays rows;
    RowSums row_sums;
    Vec largest(0.0);
    for (std::ptrdiff_t first = start; first < stop; first += block) {
        const std::ptrdiff_t end = std::min(first + block, stop);
        filled.clear();
        for (std::ptrdiff_t from = first; from < end; from += strip) {
            const std::ptrdiff_t count = std::min(strip, end - from), padded = Panels::padded_rows(count);
            const std::ptrdiff_t at = from - first;
            z.read(from, count, at);
            read_outcomes(request, from, count, rows);
            if (codes.any()) codes.read(from, count, request.direction, rows.eta, rows.along);
            if (request.direction) {
                largest = predict<true>(request, z, at, padded, rows, largest);
                margins(count, rows, sums);
            } else {
                largest = predict<false>(request, z, at, padded, rows, largest);
            }
            terms(padded, request.product, rows, row_sums);
            if (request.root) penalise(request, z, from, count, rows, row_sums);
            gradient(z, at, padded, rows, sums.gradient.data());
            if (matrix) weigh(z, filled, at, padded, rows, sums.ones_edge.data());
            if (codes.any()) codes.add_gradient(count, rows.residual, sums.coded.data());
            if (codes.any() && matrix) codes.add_products(count, at, rows.root, z, sums.coded.data());
        }
        if (matrix) add_triangle(z, filled, Panels::padded_rows(end - first), sums.triangle.data());
    }
    double total[lanes], lost[lanes], norm[lanes], residual[lanes], weight[lanes];
    store(total, row_sums.loss.sum);
    store(lost, row_sums.loss.lost);
    store(norm, largest);
    store(residual, row_sums.residual);
    store(weight, row_sums.weight);
    Sums last;  // lane by lane, with the same care
    for (int k = 0; k < lanes; ++k) {
        last.log_likelihood = -total[k];
        last.compensation = -lost[k];
        last.row_norm = norm[k];
        last.ones_gradient = residual[k];
        last.ones_corner = weight[k];
        sums.add(last);
    }
}

}  // namespace verhulst::VERHULST_LEVEL
