// Steps of recurrent cells: the arithmetic of gates 1/(1 + e^-z) and candidates tanh(z), and kernels on arrays.
//
//   struct Cell {
//       static constexpr int inputs, outputs;
//       template <class Format> static void accurate(const Vec* in, Storage* const* out);   one vector, everywhere
//       template <class Format> static void quick(const Several* in, Storage* const* out, Mask* valid);   several vectors
//   };                                                      of a narrow format, in one double each, where `valid`
// A step is a sum of products of gates, candidates and states, and terms may cancel; so what a result is known to is given
// absolutely, as a part of the sum of its terms' magnitudes: 2^-58 in float64, 2^-42 before the rounding to a narrow format.
#pragma once

#include <cmath>

#include "functions/blocks.hpp"
#include "simd/exp_pair.hpp"
#include "simd/exp_quick.hpp"

namespace verhulst::VERHULST_LEVEL {

namespace gates {

static inline Pair whole(Vec a) { return {a, Vec(0.0)}; }
// Without the nan that the rest of an infinite sum or product is.
static inline Pair finite(Pair p) { return {p.hi, select(abs(p.hi) < Vec(HUGE_VAL), p.lo, Vec(0.0))}; }
static inline Pair operator*(Pair a, Pair b) {
    const Pair p = finite(multiply(a, b));
    return fast_two_sum(p.hi, p.lo);
}
static inline Pair operator+(Pair a, Pair b) {
    const Pair sum = two_sum(a.hi, b.hi);
    const Pair p = finite({sum.hi, sum.lo + (a.lo + b.lo)});
    return fast_two_sum(p.hi, p.lo);
}
// z cut at +-bound; nan stays nan. And its sign as +-1.
static inline Pair within(Pair z, double bound) {
    return {min(Vec(bound), max(Vec(-bound), z.hi)), select(abs(z.hi) <= Vec(bound), z.lo, Vec(0.0))};
}
static inline Pair magnitude(Pair z) { return {abs(z.hi), copysign(Vec(1.0), z.hi) * z.lo}; }

// sigmoid(z) and sigmoid(-z), each to 2^-61 of itself; beyond 700 as at 700, 2^-1009.
struct Gate {
    Pair value, complement;
};
static inline Gate gate(Pair z) {
    const Pair distance = magnitude(within(z, 700.0));
    const Pair e = exp_pair(Pair{-distance.hi, -distance.lo});
    const Pair sum = fast_two_sum(1.0, e.hi);
    const Pair denominator = {sum.hi, sum.lo + e.lo};
    const Pair large = pair(divide(whole(1.0), denominator)), small = pair(divide(e, denominator));
    const Mask negative = z.hi < Vec(0.0);
    return {select(negative, small, large), select(negative, large, small)};
}

// tanh(z), to 2^-60 of itself; beyond 22 as at 22, 1 - 2^-62.5.
static inline Pair candidate(Pair z) {
    const Pair distance = magnitude(within(z, 22.0));
    const Pair m = expm1_pair(Pair{-2.0 * distance.hi, -2.0 * distance.lo});
    const Pair sum = fast_two_sum(2.0, m.hi);
    const Pair t = pair(divide({-m.hi, -m.lo}, {sum.hi, sum.lo + m.lo}));
    return {copysign(t.hi, z.hi), copysign(Vec(1.0), z.hi) * t.lo};
}

// tanh'(z) = 4 e/(1 + e)^2, e = e^-2|z|, to 2^-60 of itself; beyond 350 as at 350.
static inline Pair slope(Pair z) {
    const Pair distance = magnitude(within(z, 350.0));
    const Pair e = exp_pair(Pair{-2.0 * distance.hi, -2.0 * distance.lo});
    const Pair sum = fast_two_sum(1.0, e.hi);
    const Pair denominator = {sum.hi, sum.lo + e.lo};
    return pair(divide({4.0 * e.hi, 4.0 * e.lo}, multiply(denominator, denominator)));
}

// The larger magnitude. Where one is nan either the other or nan.
static inline Vec larger(Vec a, Vec b) { return max(abs(a), abs(b)); }

// Written with one rounding.
template <class Format>
static inline void write(typename Format::Storage* to, Pair p) {
    const Pair result = finite(p);
    if constexpr (is_wide<Format>)
        Format::store(to, result.hi + result.lo);
    else
        Format::store(to, round_to_odd(result));
}

// e^-2z - 1 for 0 <= z <= 350 to 2^-44 of itself, and e^-2z: as expm1_quick (simd/exp_quick.hpp) with Taylor's term r^6/720 too,
// whose next is below 2^-45.3 r. Here s = -r/2 and 2^(k/16 + 1) stand for r and 2^(k/16), which saves two operations.
static inline Decay<Vec> decay_quick(Vec z) {
    const Vec shift = exponential::shift + 16;
    const Vec shifted = fma(z, -2.0 * exponential::per_step, shift);
    const Vec s = fma(shifted - shift, 0.5 * exponential::step_hi, z);
    const Vec twice =
        from_bits(bits(lookup16_first(exponential::two_to_sixteenths, bits(shifted))) + shift_left<48>(bits(shifted)));
    const Vec s2 = s * s;
    const Vec low = fma(s, -0x1.5555555555555p-1, 1.0);
    const Vec middle = fma(s, -0x1.1111111111111p-3, 0x1.5555555555555p-2);
    const Vec half = fma(s2, fma(s2, fma(s2, 0x1.6c16c16c16c17p-5, middle), low), -s);  // (e^r - 1)/2
    return {fma(twice, half, fma(twice, 0.5, -1.0)), fma(twice, half, 0.5 * twice)};
}
// e^-2|z| - 1 for |z| <= 20, further out as at 20. Then tanh|z| = -m/(2 + m).
static inline Vec decay_minus_one_quick(Vec z) { return decay_quick(min(Vec(20.0), abs(z))).minus_one; }

// For |z| <= 350 in one double: tanh(z) to 2^-43 and tanh'(z) to 2^-43 of themselves.
struct ValueAndSlope {
    Vec value, slope;
};
static inline ValueAndSlope tanh_and_slope(Vec z) {
    const Decay<Vec> d = decay_quick(abs(z));
    const Vec r = 1.0 / (2.0 + d.minus_one);
    return {copysign(d.minus_one * r, z), (4.0 * r) * (d.itself * r)};
}
// The same of 1/(1 + e^-z), |z| <= 87.
static inline ValueAndSlope sigmoid_and_slope(Vec z) {
    const Vec e = exp_quick<fma>(-z), s = 1.0 / (1.0 + e);
    return {s, (s * e) * s};
}

// Vectors computed at once, so that the operations of one fill the waiting times of another.
constexpr int together = lanes == 8 ? 4 : 2;
struct Several {
    Vec at[together];
};

// Vector k, only in the lanes that are not yet done.
template <class Cell, class Format, class Storage = typename Format::Storage>
__attribute__((noinline)) void accurate_lanes(const Several* in, Storage* const* out, int k, Mask done) {
    Vec z[Cell::inputs];
    Storage results[Cell::outputs][lanes], *to[Cell::outputs];
    for (int j = 0; j < Cell::inputs; ++j) z[j] = in[j].at[k];
    for (int j = 0; j < Cell::outputs; ++j) to[j] = results[j];
    Cell::template accurate<Format>(z, to);
    double is_done[lanes];
    store(is_done, select(done, Vec(1.0), Vec(0.0)));
    for (int j = 0; j < Cell::outputs; ++j)
        for (int l = 0; l < lanes; ++l)
            if (is_done[l] == 0) out[j][k * lanes + l] = results[j][l];
}

template <class Cell>
struct Steps {
    template <class Format>
    struct Block {
        using Storage = typename Format::Storage;
        static constexpr int inputs = Cell::inputs, outputs = Cell::outputs, size = together * lanes;

        static inline void run(const Storage* const* in, Storage* const* out) {
            Several z[inputs];
            for (int j = 0; j < inputs; ++j)
                for (int k = 0; k < together; ++k) z[j].at[k] = Format::load(in[j] + k * lanes);
            Mask done[together];
            for (Mask& none : done) none = Vec(1.0) < Vec(0.0);
            if constexpr (!is_wide<Format>) {
                Cell::template quick<Format>(z, out, done);
                Mask every = done[0];
                for (int k = 1; k < together; ++k) every = every & done[k];
                if (all(every)) return;
            }
            for (int k = 0; k < together; ++k)
                if (!all(done[k])) accurate_lanes<Cell, Format>(z, out, k, done[k]);
        }
    };
};

template <class Cell>
constexpr Kernels kernels() {
    return block_kernels<Steps<Cell>::template Block>();
}

}  // namespace gates
}  // namespace verhulst::VERHULST_LEVEL
