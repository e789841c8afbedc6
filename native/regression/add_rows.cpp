// Compiled once per level: one read of the rows gives everything a fit wants to know of them.
#include <algorithm>
#include <cmath>

#include "functions/environment.hpp"
#include "regression/block.hpp"
#include "regression/logistic.hpp"
#include "regression/triangle.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

constexpr std::ptrdiff_t group = 4 * lanes;  // rows whose predictors are summed side by side

// Per row of a block: outcome, weight, offset in; residual and root of the information weight out.
struct RowArrays {
    alignas(64) double y[most_block_rows], weight[most_block_rows], eta[most_block_rows];
    alignas(64) double residual[most_block_rows], root[most_block_rows];
    alignas(64) double along[most_block_rows];  // z^T direction
};

void read_outcomes(const Request& request, std::ptrdiff_t start, std::ptrdiff_t count, RowArrays& rows) {
    const std::ptrdiff_t padded = (count + group - 1) / group * group;
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
    for (double* a : {rows.y, rows.weight, rows.eta}) std::fill(a + count, a + padded, 0.0);
}

// rows.eta += Z coefficients (and rows.along = Z direction); the largest squared norm of a row with weight.
template <bool with_direction>
Vec predict(const Request& request, Block& block, std::ptrdiff_t padded, RowArrays& rows, Vec largest) {
    const std::ptrdiff_t size = request.size();
    for (std::ptrdiff_t r = 0; r < padded; r += group) {
        Vec eta[4], norm[4], along[4];
        for (int k = 0; k < 4; ++k) {
            eta[k] = load(rows.eta + r + k * lanes);
            norm[k] = along[k] = Vec(0.0);
        }
        for (std::ptrdiff_t c = 0; c < size; ++c) {
            const double* z = block.column(c) + r;
            const Vec coefficient(request.beta[c]);
            const Vec step(with_direction ? request.direction[c] : 0.0);
#pragma GCC unroll 4
            for (int k = 0; k < 4; ++k) {
                const Vec value = load(z + k * lanes);
                eta[k] = multiply_add(value, coefficient, eta[k]);
                norm[k] = multiply_add(value, value, norm[k]);
                if (with_direction) along[k] = multiply_add(value, step, along[k]);
            }
        }
        for (int k = 0; k < 4; ++k) {
            store(rows.eta + r + k * lanes, eta[k]);
            if (with_direction) store(rows.along + r + k * lanes, along[k]);
            const Mask counts = Vec(0.0) < load(rows.weight + r + k * lanes);
            largest = max(largest, select(counts, norm[k], Vec(0.0)));
        }
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

void terms(std::ptrdiff_t padded, Product product, RowArrays& rows, Compensated& loss) {
    for (std::ptrdiff_t r = 0; r < padded; r += lanes) {
        const Vec weight = load(rows.weight + r);
        const RowTerms t = row_terms(load(rows.eta + r), load(rows.y + r));
        loss.add(weight * t.loss);
        store(rows.residual + r, weight * t.residual);
        store(rows.root + r, sqrt(product == Product::gram ? weight : weight * t.variance));
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

// gradient += Z^T residual; with `weigh`, Z becomes diag(root) Z on the way.
template <bool weigh>
void gradient(Block& block, std::ptrdiff_t padded, std::ptrdiff_t tiles, const RowArrays& rows, double* to) {
    const std::ptrdiff_t stride = block.stride();
    for (std::ptrdiff_t i = 0; i < tiles; ++i) {
        double* z = block.column(i * tile);
        Vec sum[tile] = {Vec(0.0), Vec(0.0), Vec(0.0), Vec(0.0)};
        for (std::ptrdiff_t r = 0; r < padded; r += lanes) {
            const Vec residual = load(rows.residual + r), root = load(rows.root + r);
#pragma GCC unroll 4
            for (int c = 0; c < tile; ++c) {
                const Vec value = load(z + c * stride + r);
                sum[c] = multiply_add(residual, value, sum[c]);
                if (weigh) store(z + c * stride + r, root * value);
            }
        }
        add_sums(sum, to + i * tile);
    }
}

void add(const Request& request, std::ptrdiff_t start, std::ptrdiff_t stop, Sums& sums) {
    const Environment environment;
    const std::ptrdiff_t tiles = tile_count(request.size()), step = block_rows(request.size());
    const bool matrix = request.product != Product::none;
    sums.gradient.assign(static_cast<std::size_t>(tiles * tile), 0.0);
    sums.triangle.assign(matrix ? static_cast<std::size_t>(tile_index(0, tiles) * tile * tile) : 0, 0.0);
    Block block(request);
    RowArrays rows;
    Compensated loss;
    Vec largest(0.0);
    for (std::ptrdiff_t at = start; at < stop; at += step) {
        const std::ptrdiff_t count = std::min(step, stop - at), padded = (count + group - 1) / group * group;
        block.read(at, count, group);
        read_outcomes(request, at, count, rows);
        if (request.direction) {
            largest = predict<true>(request, block, padded, rows, largest);
            margins(count, rows, sums);
        } else {
            largest = predict<false>(request, block, padded, rows, largest);
        }
        terms(padded, request.product, rows, loss);
        if (matrix) {
            gradient<true>(block, padded, tiles, rows, sums.gradient.data());
            add_triangle(block.column(0), block.stride(), padded, tiles, sums.triangle.data());
        } else {
            gradient<false>(block, padded, tiles, rows, sums.gradient.data());
        }
    }
    double total[lanes], lost[lanes], norm[lanes];
    store(total, loss.sum);
    store(lost, loss.lost);
    store(norm, largest);
    Sums last;  // lane by lane, with the same care
    for (int k = 0; k < lanes; ++k) {
        last.log_likelihood = -total[k];
        last.compensation = -lost[k];
        last.row_norm = norm[k];
        sums.add(last);
    }
}

}  // namespace

extern const AddRows add_rows;
const AddRows add_rows = add;

}  // namespace verhulst::VERHULST_LEVEL
