// Compiled once per level: one read of the rows for the statistics of a multinomial regression, all pairs of classes.
#include <algorithm>
#include <cmath>

#include "environment.hpp"
#include "regression/class_statistics.hpp"
#include "regression/logistic.hpp"
#include "regression/panels.hpp"
#include "regression/triangle.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

constexpr std::ptrdiff_t strip_rows = 64;

// Arrays of a block, a row of numbers for each class.
class ClassArrays {
  public:
    ClassArrays(std::ptrdiff_t classes, std::ptrdiff_t rows)
        : rows_(rows), shares_(static_cast<std::size_t>(classes * rows)), residuals_(shares_.size()) {}
    double* share(std::ptrdiff_t k) { return shares_.data() + k * rows_; }  // first of eta, then of the probability
    double* residual(std::ptrdiff_t k) { return residuals_.data() + k * rows_; }

  private:
    std::ptrdiff_t rows_;
    std::vector<double> shares_, residuals_;
};

// The coefficients of each class, panel by panel.
std::vector<double> padded_coefficients(const ClassRequest& request, std::ptrdiff_t width) {
    std::vector<double> padded(static_cast<std::size_t>(request.classes * width), 0.0);
    for (std::ptrdiff_t k = 0; k < request.classes; ++k)
        std::copy_n(request.beta + k * request.size() + request.intercept, request.columns, padded.data() + k * width);
    return padded;
}

// to[r] = z^T b_k of rows at.. of the panels.
void predict(Panels& z, std::ptrdiff_t at, std::ptrdiff_t padded, const double* coefficients, double constant,
             double* to) {
    for (std::ptrdiff_t r = 0; r < padded; r += lanes) {
        Vec eta[lanes];
        for (Vec& e : eta) e = Vec(0.0);
        for (std::ptrdiff_t k = 0; k < z.count(); ++k) {
            const double* part = z.panel(k) + (at + r) * lanes;
            const Vec coefficient = load(coefficients + k * lanes);
#pragma GCC unroll 8
            for (int i = 0; i < lanes; ++i) eta[i] = multiply_add(load(part + i * lanes), coefficient, eta[i]);
        }
        store(to + r, sums(eta) + Vec(constant));
    }
}

// The largest squared norm of a row with weight.
Vec largest_norm(const Request& request, Panels& z, std::ptrdiff_t at, std::ptrdiff_t padded, const double* weight,
                 Vec largest) {
    for (std::ptrdiff_t r = 0; r < padded; r += lanes) {
        Vec norm[lanes];
        for (Vec& n : norm) n = Vec(0.0);
        for (std::ptrdiff_t k = 0; k < z.count(); ++k) {
            const double* part = z.panel(k) + (at + r) * lanes;
            for (int i = 0; i < lanes; ++i) {
                const Vec value = load(part + i * lanes);
                norm[i] = multiply_add(value, value, norm[i]);
            }
        }
        const Vec whole = sums(norm) + Vec(request.intercept ? 1.0 : 0.0);
        largest = max(largest, select(Vec(0.0) < load(weight + r), whole, Vec(0.0)));
    }
    return largest;
}

// log(1 + x) for 0 <= x < 2^7.
Vec log1p_small(Vec x) {
    if (!any(Vec(1.0) < x)) return log1p_unit(x);
    const Vec s = x + Vec(1.0);
    Vec unit(1.0), exponent(0.0), power(2.0);
    for (int e = 1; e < 8; ++e, power = power + power) {
        const Mask reached = power <= s;
        unit = select(reached, Vec(1.0) / power, unit);
        exponent = select(reached, Vec(static_cast<double>(e)), exponent);
    }
    const Vec large = fma(exponent, Vec(0x1.62e42fefa39efp-1), log1p_unit(s * unit - Vec(1.0)));
    return select(Vec(1.0) < x, large, log1p_unit(min(x, Vec(1.0))));
}

struct RowSums {
    Vec loss{0.0}, lost{0.0};
    void add(Vec x) {  // with the rounding errors beside the sum
        const Vec s = loss + x, b = s - loss;
        lost = lost + ((loss - (s - b)) + (x - b));
        loss = s;
    }
};

// From the linear predictors of a strip to losses, probabilities and residuals. The part of the sum of exponentials that is
// not the largest class's is kept apart: where that is nearly sure, the loss and 1 - p keep their digits.
void terms(const ClassRequest& request, std::ptrdiff_t first, std::ptrdiff_t padded, std::ptrdiff_t count,
           const double* label, const double* weight, ClassArrays& arrays, std::ptrdiff_t at, RowSums& total) {
    const std::ptrdiff_t classes = request.classes;
    const auto possible = [&](std::ptrdiff_t r, std::ptrdiff_t k) {
        double lane[lanes] = {};
        for (std::ptrdiff_t i = 0; i < std::min<std::ptrdiff_t>(lanes, count - r); ++i)
            lane[i] = request.possible[(first + r + i) * classes + k];
        return load(lane);
    };
    for (std::ptrdiff_t r = 0; r < padded; r += lanes) {
        const Vec mine = load(label + r);
        Vec most(0.0), top(-1.0), own(0.0);
        for (std::ptrdiff_t k = 0; k < classes; ++k) {
            const Vec eta = load(arrays.share(k) + at + r), number(static_cast<double>(k));
            Mask higher = top < Vec(0.0);
            higher = higher | (most < eta);
            if (request.possible) higher = higher & (Vec(0.0) < possible(r, k));
            most = select(higher, eta, most);
            top = select(higher, number, top);
            own = select(mine == number, eta, own);
        }
        Vec rest(0.0);
        for (std::ptrdiff_t k = 0; k < classes; ++k) {
            Vec t = exp_nonpositive(min(load(arrays.share(k) + at + r) - most, Vec(0.0)));
            if (request.possible) t = t * possible(r, k);
            t = select(top == Vec(static_cast<double>(k)), Vec(0.0), t);
            rest = rest + t;
            store(arrays.share(k) + at + r, t);
        }
        const Vec w = load(weight + r), inverse = Vec(1.0) / (Vec(1.0) + rest);
        total.add(w * ((most - own) + log1p_small(rest)));
        for (std::ptrdiff_t k = 0; k < classes; ++k) {
            const Vec number(static_cast<double>(k));
            const Mask leads = top == number;
            const Vec share = select(leads, Vec(1.0), load(arrays.share(k) + at + r)) * inverse;
            const Vec missed = select(leads, rest * inverse, Vec(1.0) - share);
            store(arrays.share(k) + at + r, share);
            store(arrays.residual(k) + at + r, w * select(mine == number, missed, -share));
        }
    }
}

// gradient += Z^T residual; the sum of the residuals is returned.
double gradient(Panels& z, std::ptrdiff_t at, std::ptrdiff_t padded, const double* residual, double* to) {
    for (std::ptrdiff_t k = 0; k < z.count(); ++k) {
        const double* part = z.panel(k) + at * lanes;
        Vec sum[4] = {Vec(0.0), Vec(0.0), Vec(0.0), Vec(0.0)};
        for (std::ptrdiff_t r = 0; r < padded; r += 4)
#pragma GCC unroll 4
            for (int i = 0; i < 4; ++i)
                sum[i] = multiply_add(Vec(residual[r + i]), load(part + (r + i) * lanes), sum[i]);
        store(to + k * lanes, load(to + k * lanes) + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
    }
    Vec total(0.0);
    for (std::ptrdiff_t r = 0; r < padded; r += lanes) total = total + load(residual + r);
    double lane[lanes], all = 0;
    store(lane, total);
    for (double x : lane) all += x;
    return all;
}

// A block of standardised rows as it was read, and its product with the roots of weights.
class Weighted {
  public:
    Weighted(Panels& z, std::ptrdiff_t rows)
        : z_(z), rows_(rows), kept_(static_cast<std::size_t>(z.count() * rows * lanes)), filled_(z, rows + 1) {}

    // Takes the first `rows` rows of the panels.
    void take(std::ptrdiff_t rows) {
        filled_.clear();
        for (std::ptrdiff_t k = 0; k < z_.count(); ++k) {
            std::copy_n(z_.panel(k), rows * lanes, kept(k));
            if (!filled_.watched(k)) continue;
            std::ptrdiff_t number = 0;
            for (std::ptrdiff_t r = 0; r < rows; ++r) {
                filled_.list(k)[number] = static_cast<int>(r);
                number += any(~(load(kept(k) + r * lanes) == Vec(0.0)));
            }
            filled_.number(k) = number;
        }
    }

    // The panels become diag(root) Z; edge += root^T diag(root) Z, triangle += Z^T diag(root)^2 Z; returns |root|^2.
    double add(std::ptrdiff_t rows, const double* root, double* edge, double* triangle) {
        for (std::ptrdiff_t k = 0; k < z_.count(); ++k) {
            const double* from = kept(k);
            double* to = z_.panel(k);
            Vec sum[4] = {Vec(0.0), Vec(0.0), Vec(0.0), Vec(0.0)};
            for (std::ptrdiff_t r = 0; r < rows; r += 4)
#pragma GCC unroll 4
                for (int i = 0; i < 4; ++i) {
                    const Vec one(root[r + i]), weighted = one * load(from + (r + i) * lanes);
                    sum[i] = multiply_add(one, weighted, sum[i]);
                    store(to + (r + i) * lanes, weighted);
                }
            store(edge + k * lanes, load(edge + k * lanes) + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
        }
        add_triangle(z_, filled_, rows, triangle);
        Vec total(0.0);
        for (std::ptrdiff_t r = 0; r < rows; r += lanes) total = multiply_add(load(root + r), load(root + r), total);
        double lane[lanes], all = 0;
        store(lane, total);
        for (double x : lane) all += x;
        return all;
    }

  private:
    double* kept(std::ptrdiff_t k) { return kept_.data() + k * rows_ * lanes; }

    Panels& z_;
    std::ptrdiff_t rows_;
    std::vector<double> kept_;
    FilledRows filled_;
};

void clear(const ClassRequest& request, std::ptrdiff_t width, std::ptrdiff_t tiles, bool matrix, ClassSums& sums) {
    const auto zeros = [](std::vector<double>& all, std::ptrdiff_t count) {
        all.assign(static_cast<std::size_t>(count), 0.0);
    };
    const std::ptrdiff_t pairs = matrix ? request.pairs() : 0;
    sums.panel = lanes;
    zeros(sums.gradient, request.classes * width);
    zeros(sums.ones_gradient, request.classes);
    zeros(sums.triangle, pairs * tiles);
    zeros(sums.ones_edge, pairs * width);
    zeros(sums.ones_corner, pairs);
}

}  // namespace

void add_class_rows(const ClassRequest& request, std::ptrdiff_t start, std::ptrdiff_t stop,
                    std::vector<double>& scratch, ClassSums& total) {
    const Environment environment;
    const bool matrix = request.product != Product::none;
    const std::ptrdiff_t block = block_rows(request.size()), classes = request.classes;
    Panels z(request, block, scratch);
    const std::ptrdiff_t width = z.count() * lanes, tiles = tile_index(0, z.count()) * lanes * lanes;
    const std::vector<double> coefficients = padded_coefficients(request, width);
    clear(request, width, tiles, matrix, total);
    ClassArrays arrays(classes, block);
    Weighted weighted(z, matrix ? block : 0);
    std::vector<double> weight(static_cast<std::size_t>(block)), label(weight.size()), root(weight.size());
    RowSums row_sums;
    Vec largest(0.0);
    for (std::ptrdiff_t first = start; first < stop; first += block) {
        const std::ptrdiff_t end = std::min(first + block, stop), all = Panels::padded_rows(end - first);
        for (std::ptrdiff_t from = first; from < end; from += strip_rows) {
            const std::ptrdiff_t count = std::min(strip_rows, end - from), padded = Panels::padded_rows(count);
            const std::ptrdiff_t at = from - first;
            z.read(from, count, at);
            for (std::ptrdiff_t r = 0; r < padded; ++r) {
                const bool there = r < count;
                weight[static_cast<std::size_t>(at + r)] = !there           ? 0.0
                                                           : request.weight ? request.weight[from + r]
                                                                            : 1.0;
                label[static_cast<std::size_t>(at + r)] = there ? request.label[from + r] : 0;
            }
            for (std::ptrdiff_t k = 0; k < classes; ++k)
                predict(z, at, padded, coefficients.data() + k * width,
                        request.intercept ? request.beta[k * request.size()] : 0.0, arrays.share(k) + at);
            largest = largest_norm(request, z, at, padded, weight.data() + at, largest);
            terms(request, from, padded, count, label.data() + at, weight.data() + at, arrays, at, row_sums);
            for (std::ptrdiff_t k = 0; k < classes; ++k)
                total.ones_gradient[static_cast<std::size_t>(k)] +=
                    gradient(z, at, padded, arrays.residual(k) + at, total.gradient.data() + k * width);
        }
        if (!matrix) continue;
        weighted.take(all);
        std::ptrdiff_t pair = 0;
        for (std::ptrdiff_t a = 0; a < classes; ++a)
            for (std::ptrdiff_t b = a + 1; b < classes; ++b, ++pair) {
                for (std::ptrdiff_t r = 0; r < all; r += lanes)
                    store(root.data() + r,
                          sqrt(load(weight.data() + r) * (load(arrays.share(a) + r) * load(arrays.share(b) + r))));
                total.ones_corner[static_cast<std::size_t>(pair)] += weighted.add(
                    all, root.data(), total.ones_edge.data() + pair * width, total.triangle.data() + pair * tiles);
            }
    }
    double loss[lanes], lost[lanes], norm[lanes];
    store(loss, row_sums.loss);
    store(lost, row_sums.lost);
    store(norm, largest);
    ClassSums last;  // lane by lane, with the same care
    for (int i = 0; i < lanes; ++i) {
        last.log_likelihood = -loss[i];
        last.compensation = -lost[i];
        last.row_norm = norm[i];
        total.add(last);
    }
}

}  // namespace verhulst::VERHULST_LEVEL
