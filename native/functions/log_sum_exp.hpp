// sum of e^z over rows: what softmax, log_softmax and logsumexp share.
//
// A row is read as  sum e^z = e^most (top + rest):  `most` its largest element, `top` how many elements equal it (each
// contributes exactly 1), `rest` the sum of e^(z - most) over the others. Keeping `rest` apart is what lets the logarithm
// of a sum near 1 keep its digits: log_softmax([17, 0])[0] = -log(1 + rest) with rest = 4.1e-8.
//
// Order.   Element i goes to partial sum i mod 8; the eight are added as a tree. So the bits depend neither on the width
//          of a vector, nor on whether a row lies along a vector (class Along) or eight rows run side by side, one in
//          each lane (class Across, for short rows), nor on threads.
// float64. z - most is exact as a pair; e^(...) is a pair good to 2^-62 (simd/exp_pair.hpp), and the sums are in pairs:
//          after n terms `rest` is off by at most (2^-62 + n 2^-106) of itself.
// Narrow.  z - most in double has relative error 2^-53 and magnitude at most 708 where it matters, the exponential a
//          relative error of 2^-43; n/8 additions add at most n 2^-56. What is left is rounded once, to 24 bits or less.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernel.hpp"
#include "simd/exp_pair.hpp"
#include "simd/exp_quick.hpp"
#include "simd/formats.hpp"
#include "simd/log_pair.hpp"

namespace verhulst::VERHULST_LEVEL {

constexpr int partial_sums = 8;
constexpr std::ptrdiff_t longest_short_row = 32;

static inline Pair add(Pair a, Pair b) {
    const Pair s = two_sum(a.hi, b.hi);
    return {s.hi, s.lo + (a.lo + b.lo)};
}

// z - most, where most is finite and z <= most; -inf and nan go through, their low parts mean nothing.
template <class Format>
Pair below_most(Vec z, Vec most) {
    if constexpr (is_wide<Format>) return two_sum(z, -most);
    return {z - most, Vec(0.0)};
}

// e^d where some d is below -700: those of float64 are rounded once if subnormal, 0 if less.
template <class Format>
__attribute__((noinline)) Pair exp_far_below(Pair d, Mask deep) {
    if constexpr (is_wide<Format>) {
        const Pair ordinary = exp_pair(select(deep, Pair{Vec(0.0), Vec(0.0)}, d));
        const ScaledPair s = exp_scaled(select(deep & (Vec(-760.0) < d.hi), d, Pair{Vec(-760.0), Vec(0.0)}));
        return select(deep, Pair{scale_once(s.value, s.exponent), Vec(0.0)}, ordinary);
    }
    return {select(deep, Vec(0.0), exp_quick<fma>(max(Vec(-700.0), d.hi))), Vec(0.0)};
}

// e^d, d <= 0; exactly 1 at 0.
template <class Format>
Pair exp_below(Pair d) {
    const Mask deep = d.hi < Vec(-700.0);
    if (any(deep)) return exp_far_below<Format>(d, deep);
    if constexpr (is_wide<Format>) return exp_pair(d);
    return {exp_quick<fma>(d.hi), Vec(0.0)};
}

struct PartialSum {
    Vec top = Vec(0.0);
    Pair rest = {Vec(0.0), Vec(0.0)};
};

// apart: the largest elements are counted in `top`; else they go into `rest` like the others.
template <class Format, bool apart>
void accumulate(PartialSum& sum, Pair d, Pair e) {
    if constexpr (apart) {
        const Mask is_top = d.hi == Vec(0.0);
        sum.top = sum.top + select(is_top, Vec(1.0), Vec(0.0));
        e = select(is_top, Pair{Vec(0.0), Vec(0.0)}, e);
    }
    if constexpr (is_wide<Format>) {
        const Pair s = two_sum(sum.rest.hi, e.hi);
        sum.rest = {s.hi, sum.rest.lo + (s.lo + e.lo)};
    } else {
        sum.rest.hi = sum.rest.hi + e.hi;
    }
}

// The eight partial sums added as a tree: (0 1 2 3) + (4 5 6 7), (0 1) + (2 3), 0 + 1.
static inline PartialSum tree(PartialSum (&sums)[partial_sums]) {
    for (int half = partial_sums / 2; half; half /= 2)
        for (int j = 0; j < half; ++j)
            sums[j] = {sums[j].top + sums[j + half].top, add(sums[j].rest, sums[j + half].rest)};
    return sums[0];
}

// One row along the vectors: vector k holds elements k*lanes ..., and every lane of the sums tells of the same row.
template <class Format>
class Along {
  public:
    using Storage = typename Format::Storage;
    static constexpr int sums = partial_sums / lanes;

    Along(const char* in, char* out, std::ptrdiff_t n)
        : in_(reinterpret_cast<const Storage*>(in)), out_(reinterpret_cast<Storage*>(out)), n_(n) {
        if (n_ % lanes != 0) last_ = part(n_ / lanes);
    }

    std::ptrdiff_t vectors() const { return (n_ + lanes - 1) / lanes; }

    // Beyond the end: -inf, which adds nothing.
    Vec load(std::ptrdiff_t k) const { return n_ - k * lanes >= lanes ? Format::load(in_ + k * lanes) : last_; }
    void store(std::ptrdiff_t k, Vec y) { store(out_, k, y); }
    // Room for e^(z - most): in float64 the output itself.
    bool can_keep() const { return is_wide<Format> || n_ <= most_kept; }
    void keep(std::ptrdiff_t k, Vec e) {
        if constexpr (is_wide<Format>)
            (n_ - (k * lanes) >= lanes) ? Format::store(out_ + k * lanes, e) : void(last_kept_ = e);
        else
            VERHULST_LEVEL::store(kept_ + k * lanes, e);
    }
    Vec kept(std::ptrdiff_t k) const {
        if constexpr (is_wide<Format>) return n_ - k * lanes >= lanes ? Format::load(out_ + k * lanes) : last_kept_;
        return VERHULST_LEVEL::load(kept_ + k * lanes);
    }
    void store_one(Vec y) {
        Storage block[lanes];
        Format::store(block, y);
        out_[0] = block[0];
    }

    static Vec all_lanes_max(Vec v) {
        double a[lanes];
        VERHULST_LEVEL::store(a, v);
        for (int half = lanes / 2; half; half /= 2)
            for (int l = 0; l < half; ++l) a[l] = std::max(a[l], a[l + half]);
        return Vec(a[0]);
    }
    static void spread(const PartialSum (&packed)[sums], PartialSum (&all)[partial_sums]) {
        double top[partial_sums], hi[partial_sums], lo[partial_sums];
        for (int v = 0; v < sums; ++v) {
            VERHULST_LEVEL::store(top + v * lanes, packed[v].top);
            VERHULST_LEVEL::store(hi + v * lanes, packed[v].rest.hi);
            VERHULST_LEVEL::store(lo + v * lanes, packed[v].rest.lo);
        }
        for (int j = 0; j < partial_sums; ++j) all[j] = {Vec(top[j]), {Vec(hi[j]), Vec(lo[j])}};
    }

  private:
    Vec part(std::ptrdiff_t k) const {
        Storage block[lanes] = {};
        double outside[lanes];
        const std::ptrdiff_t left = n_ - k * lanes;
        std::copy_n(in_ + k * lanes, left, block);
        for (int l = 0; l < lanes; ++l) outside[l] = l < left ? 0.0 : 1.0;
        return select(VERHULST_LEVEL::load(outside) == Vec(0.0), Format::load(block),
                      Vec(-std::numeric_limits<double>::infinity()));
    }
    void store(Storage* to, std::ptrdiff_t k, Vec y) const {
        const std::ptrdiff_t left = n_ - k * lanes;
        if (left >= lanes) return Format::store(to + k * lanes, y);
        Storage block[lanes];
        Format::store(block, y);
        std::copy_n(block, left, to + k * lanes);
    }

    const Storage* in_;
    Storage* out_;
    std::ptrdiff_t n_;
    Vec last_, last_kept_;  // of n mod lanes elements
    static constexpr std::ptrdiff_t most_kept = is_wide<Format> ? 0 : 4096;
    alignas(64) double kept_[most_kept + lanes];
};

// As many short rows as a vector has lanes, one in each: vector k holds element k of each. Of `rows` < lanes rows, the
// last is read again for the lanes left over, and written once.
template <class Format>
class Across {
  public:
    using Storage = typename Format::Storage;
    static constexpr int sums = partial_sums;

    Across(const char* in, std::ptrdiff_t in_step, char* out, std::ptrdiff_t out_step, std::ptrdiff_t n,
           std::ptrdiff_t rows)
        : n_(n), rows_(static_cast<int>(std::min<std::ptrdiff_t>(rows, lanes))) {
        for (int l = 0; l < lanes; ++l) {
            const int row = std::min(l, rows_ - 1);
            in_[l] = reinterpret_cast<const Storage*>(in + row * in_step);
            out_[l] = reinterpret_cast<Storage*>(out + row * out_step);
        }
    }

    std::ptrdiff_t vectors() const { return n_; }
    Vec load(std::ptrdiff_t k) const {
        Storage block[lanes];
        for (int l = 0; l < lanes; ++l) block[l] = in_[l][k];
        return Format::load(block);
    }
    void store(std::ptrdiff_t k, Vec y) {
        Storage block[lanes];
        Format::store(block, y);
        for (int l = 0; l < rows_; ++l) out_[l][k] = block[l];
    }
    bool can_keep() const { return true; }
    void keep(std::ptrdiff_t k, Vec e) { kept_[k] = e; }
    Vec kept(std::ptrdiff_t k) const { return kept_[k]; }
    void store_one(Vec y) { store(0, y); }

    static Vec all_lanes_max(Vec v) { return v; }
    static void spread(const PartialSum (&each)[sums], PartialSum (&all)[partial_sums]) {
        std::copy(each, each + sums, all);
    }

  private:
    const Storage* in_[lanes];
    Storage* out_[lanes];
    std::ptrdiff_t n_;
    int rows_;
    Vec kept_[longest_short_row];
};

template <class Rows>
Vec largest(const Rows& rows) {
    const Vec most(-std::numeric_limits<double>::infinity());
    // max passes over nan. Four at a time, for each waits for the one before.
    Vec each[4] = {most, most, most, most};
    const std::ptrdiff_t vectors = rows.vectors();
    std::ptrdiff_t k = 0;
    for (; k + 4 <= vectors; k += 4)
        for (int j = 0; j < 4; ++j) each[j] = max(rows.load(k + j), each[j]);
    for (; k < vectors; ++k) each[0] = max(rows.load(k), each[0]);
    return Rows::all_lanes_max(max(max(each[0], each[1]), max(each[2], each[3])));
}

// The sum of e^(z - most). keep: softmax wants the exponentials again. apart: the logarithms want the largest elements
// apart.
template <class Format, bool keep, bool apart, class Rows>
PartialSum sum_of_exponentials(Rows& rows, Vec most) {
    PartialSum each[Rows::sums], all[partial_sums];
    const std::ptrdiff_t vectors = rows.vectors();
    for (std::ptrdiff_t k = 0; k < vectors; k += Rows::sums)
        for (int v = 0; v < Rows::sums && k + v < vectors; ++v) {
            const Pair d = below_most<Format>(rows.load(k + v), most);
            const Pair e = exp_below<Format>(d);
            accumulate<Format, apart>(each[v], d, e);
            if constexpr (keep) rows.keep(k + v, e.hi);
        }
    Rows::spread(each, all);
    return tree(all);
}

// log(top + rest), with all its digits near top = 1, rest = 0.
static inline Pair log_of_sum(PartialSum s) {
    const Pair above = add({s.top - Vec(1.0), Vec(0.0)}, s.rest);
    const Pair p = fast_two_sum(above.hi, above.lo);
    const Mask far = Vec(1.0) < p.hi;
    Pair log = log1p_unit_pair(select(far, Pair{Vec(1.0), Vec(0.0)}, p));
    if (any(far)) {
        const Pair sum = add({s.top, Vec(0.0)}, s.rest);
        log = select(far, log_pair(fast_two_sum(sum.hi, sum.lo)), log);
    }
    return fast_two_sum(log.hi, log.lo);
}

// A row whose largest element is infinite.
struct InfiniteRow {
    bool nan = false;             // some element is nan
    std::ptrdiff_t infinite = 0;  // how many are +inf

    template <class Rows>
    explicit InfiniteRow(const Rows& row) {
        for (std::ptrdiff_t k = 0; k < row.vectors(); ++k) {
            double z[lanes];
            VERHULST_LEVEL::store(z, row.load(k));
            for (double x : z) {
                nan |= x != x;
                infinite += x == std::numeric_limits<double>::infinity();
            }
        }
    }
    // One +inf among numbers that are smaller has a limit; several, or none at all, have not.
    bool has_limit() const { return !nan && infinite == 1; }
};

// F::run<Format>(rows, most) where every most is finite, else F::infinite<Format>(row, most) row by row.
template <class F, class Format>
void row_kernel(const char* in, std::ptrdiff_t in_step, char* out, std::ptrdiff_t out_step, std::ptrdiff_t n,
                std::ptrdiff_t rows) {
    const auto along = [&](std::ptrdiff_t r) {
        Along<Format> row(in + r * in_step, out + r * out_step, n);
        const Vec most = largest(row);
        if (any(abs(most) < Vec(std::numeric_limits<double>::infinity())))
            F::template run<Format>(row, most);
        else
            F::template infinite<Format>(row, most);
    };
    for (std::ptrdiff_t r = 0; r < rows;) {
        if (n > longest_short_row || n == 0 || rows - r < 2) {
            along(r++);
            continue;
        }
        const std::ptrdiff_t together = std::min<std::ptrdiff_t>(lanes, rows - r);
        Across<Format> side_by_side(in + r * in_step, in_step, out + r * out_step, out_step, n, together);
        const Vec most = largest(side_by_side);
        if (any(~(abs(most) < Vec(std::numeric_limits<double>::infinity()))))
            for (std::ptrdiff_t i = 0; i < together; ++i) along(r + i);
        else
            F::template run<Format>(side_by_side, most);
        r += together;
    }
}

template <class F>
constexpr RowKernels row_kernels() {
    return {{row_kernel<F, Float16>, row_kernel<F, BFloat16>, row_kernel<F, Float32>, row_kernel<F, Float64>}};
}

}  // namespace verhulst::VERHULST_LEVEL
