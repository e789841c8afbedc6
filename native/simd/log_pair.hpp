// log as an unevaluated pair of doubles, good to 2^-61 of itself even where it is near zero.
//
// Every routine ends in the same step: k log 2 + log(1 + f), f known as a pair and chosen by the caller so that it has
// full relative accuracy near 0.
// Reduction.   c is one of 16 numbers, about the reciprocal of the middle of the interval that 1 + f lies in:
//                log(1 + f) = log(1/c) + log(1 + r),  r = c (1 + f) - 1 = c f + (c - 1),  |r| <= 1/30.
//   p + p_lo = c f.hi exactly (fma). c - 1 is exact. r = p + (c - 1) is exact too: it is a multiple of ulp(p) and
//   ulp(p) 2^53 > |r|, for c = 1 or |p| > 1/52. So r_lo = c f.lo + p_lo misses only 2^-53 of itself, and where c = 1,
//   r and r_lo are f itself: nothing is lost near f = 0. |r_lo| <= 2^-45 |f| + 2^-54.
// Tables.      The c are chosen (among the 2^26 doubles around the middle's reciprocal) so that log(1/c) is a double
//   to within 2^-12 of its last place; for log_pair, where k log 2 is added exactly, also a multiple of 2^-42.
// Polynomial.  log(1 + r) = r - r^2/2 + r^3 P(r), P(0) = 1/3, minimax of degree 7 on [-1/32, 1/30]:
//   |r^3 (P(r) - exact)| < 2^-61.7 max(|r|, 1/64), falling as r^9 below.
//   (Lawson's iteration on 400 Chebyshev points at 240 bits; the error was then taken from the rounded coefficients.)
// Sum.         a + a_lo = H + r, H = k log 2 + log(1/c), a fast two-sum: H = 0 or |H| > |r|. b + b_lo = a - r^2/2 by
//   two fma (a - b is exact by Sterbenz). The rest goes together in one double, at most 2^-11.4 b:
//   a_lo + b_lo + r_lo (1 - r + r^2 - r^3) + r^3 P(r) + k (log 2's low part). Each of its roundings is below 2^-64.4 b;
//   r^4 r_lo is left out, 2^-62.5 of the logarithm.
// Bound.       |hi + lo - log| < 2^-61 |log| + (relative error of the argument's f), and |lo| <= 2^-11 |hi|.
#pragma once

#include "simd/double_double.hpp"

namespace verhulst::VERHULST_LEVEL {

namespace logarithm {

// Of the 16 equal steps of h in [0, 1]: c, log(1/c); c_j about 15/(15 + j).
alignas(64) constexpr PairTable16
    unit_steps({0x1.0000000000000p+0, 0x1.e000001ad1d6ep-1, 0x1.c3c3c3bff574dp-1, 0x1.aaaaaa9445be5p-1,
                0x1.9435e52b5d7c5p-1, 0x1.7fffffe1dcb6bp-1, 0x1.6db6db547651cp-1, 0x1.5d1745c0378abp-1,
                0x1.4de9bd40122b9p-1, 0x1.3fffffe59066ap-1, 0x1.3333333c3131ap-1, 0x1.2762764580700p-1,
                0x1.1c71c72f3f510p-1, 0x1.1249248c21a92p-1, 0x1.08d3dc937b959p-1, 0x1.0226b91e7ac8dp-1},
               {0x0.0000000000000p+0, 0x1.08598a7507218p-4, 0x1.005588be78383p-3, 0x1.75650189c76f8p-3,
                0x1.e41fcc1ff7cadp-3, 0x1.26962163abd20p-2, 0x1.588c2dd7e7fdbp-2, 0x1.882f1f2acf1b5p-2,
                0x1.b5b3e22864962p-2, 0x1.e148a1f70abe1p-2, 0x1.058aef99149d1p-1, 0x1.199fac3480b62p-1,
                0x1.2cf25f8bb6bdap-1, 0x1.3f91275dbd678p-1, 0x1.5188a4d860b42p-1, 0x1.5e9b57da22a24p-1});

// Of the 16 equal steps of the bits of m, from `first` = 0.698 to 1.396: c, log(1/c). The tenth holds 1, with as
// much room (1/48) below it as above.
constexpr std::uint64_t first = 0x3fe6555500000000;
alignas(64) constexpr PairTable16
    octave_steps({0x1.66c6189e3b66cp+0, 0x1.57b86f6a209adp+0, 0x1.49e1135c098bcp+0, 0x1.3d1c1477c59afp+0,
                  0x1.314ac1ec499bbp+0, 0x1.2652c22fb27c2p+0, 0x1.1c1d98f0de54ap+0, 0x1.12979faa96e8cp+0,
                  0x1.09afbec6a586fp+0, 0x1.0000000000000p+0, 0x1.e6a746ada27d5p-1, 0x1.cb5d63b332499p-1,
                  0x1.b2f93373cf087p-1, 0x1.9d0abe3704759p-1, 0x1.893759732da6cp-1, 0x1.7734cececff56p-1},
                 {-0x1.599d73ffb5000p-2, -0x1.2db90dd00b000p-2, -0x1.03a25f38b8000p-2, -0x1.b66a7b7618000p-3,
                  -0x1.68a2911eba000p-3, -0x1.1db2daee0e000p-3, -0x1.aad19c1a4c000p-4, -0x1.1f2b986484000p-4,
                  -0x1.303f6b5e18000p-5, 0x0.0000000000000p+0, 0x1.9fed7835d0000p-5, 0x1.bc5579e0b8000p-4,
                  0x1.4de7bb6bce000p-3, 0x1.b7dc2dde42000p-3, 0x1.0e4cd84e94000p-2, 0x1.3e4f1d06b7000p-2});
// log 2: to a multiple of 2^-42, so that k log2_hi + log(1/c) is exact, and the rest.
constexpr double log2_hi = 0x1.62e42fefa3800p-1;
constexpr double log2_lo = 0x1.ef35793c76730p-45;

// (log(1 + r) - r + r^2/2)/r^3.
static inline Vec cubic_rest(Vec r, Vec r2) {
    const Vec a = fma(r, -0x1.0000000000c31p-2, 0x1.55555555554c9p-2);
    const Vec b = fma(r, -0x1.55555535c8741p-3, 0x1.9999999c020dap-3);
    const Vec c = fma(r, -0x1.0000c1097dfc0p-3, 0x1.24922e3a182f9p-3);
    const Vec d = fma(r, -0x1.970cf06170ce2p-4, 0x1.c80ca90c293d9p-4);
    return fma(r2, fma(r2, fma(r2, d, c), b), a);
}

// r = c (1 + f) - 1.
static inline Pair reduced(Pair f, Vec c) {
    const Vec p = f.hi * c;
    return {p + (c - 1.0), fma(f.lo, c, fma(f.hi, c, -p))};
}

// base + log(1 + r), where base = 0 or |base| > |r|.
static inline Pair finish(Pair r, Vec base) {
    const Vec r2 = r.hi * r.hi;
    const Vec r3 = r2 * r.hi;
    const Pair a = fast_two_sum(base, r.hi);
    const Vec half = -0.5 * r.hi;
    const Vec b = fma(half, r.hi, a.hi);
    const Vec b_lo = fma(half, r.hi, a.hi - b);
    const Vec rest = (a.lo + b_lo) + fma(r.lo, (r2 - r3) - r.hi, r.lo);
    return {b, fma(r3, cubic_rest(r.hi, r2), rest)};
}

// Where a positive normal number lies: m = 2^k (1 + f), 0.698 <= 1 + f < 1.396.
struct Place {
    Vec k;
    Bits exponent;  // k, where the exponent of a double is
    Vec c, log;

    Vec scaled(Vec x) const { return from_bits(bits(x) - exponent); }  // 2^-k x, both normal
};

static inline Place place(Vec m) {
    constexpr std::uint64_t bias = std::uint64_t{1024} << 52;
    const Bits u = bits(m) - Bits(first - bias);
    Place found;
    found.k = from_bits(shift_right<52>(u) | bits(Vec(0x1p52))) - Vec(0x1p52 + 1024);
    found.exponent = (u & Bits(0xfff0000000000000)) - Bits(bias);
    lookup16(octave_steps, shift_right<48>(u), found.c, found.log);
    return found;
}

// base + log(1 + r), base = k log 2 + log(1/c).
static inline Pair finish(Pair r, const Place& at) {
    const Pair y = finish(r, fma(at.k, log2_hi, at.log));
    return {y.hi, fma(at.k, log2_lo, y.lo)};
}

// base + log(1 + r) to 2^-43 of itself: log(1 + r) = r + r^2 Q(r), Q minimax of degree 5,
// |r^2 (Q - exact)| < 2^-43.6 |r|. For results whose rounding is guarded (see elementwise.hpp); any rounding of the multiply-adds will do.
static inline Vec finish_quick(Vec r, Vec base) {
    const Vec r2 = r * r;
    const Vec low = multiply_add(r, 0x1.555555510a596p-2, -0x1.000000001eeaap-1);
    const Vec middle = multiply_add(r, 0x1.999a113424f7fp-3, -0x1.fffff0c9cb6f5p-3);
    const Vec high = multiply_add(r, 0x1.2350881408610p-3, -0x1.55ca5fbb0ad4ap-3);
    return base + multiply_add(r2, multiply_add(r2, multiply_add(r2, high, middle), low), r);
}

}  // namespace logarithm

// log(1 + h) for 0 <= h <= 1, |h.lo| <= 2^-45 h.hi.
static inline Pair log1p_unit_pair(Pair h) {
    Vec c, log;
    lookup16(logarithm::unit_steps, bits(fma(h.hi, 15.0, 0x1.8p52)), c, log);
    return logarithm::finish(logarithm::reduced(h, c), log);
}

// log(1 + h) for 0 <= h <= 1 to 2^-43 of itself, where h is.
static inline Vec log1p_unit_quick(Vec h) {
    Vec c, log;
    lookup16(logarithm::unit_steps, bits(multiply_add(h, 15.0, 0x1.8p52)), c, log);
    return logarithm::finish_quick(multiply_add(h, c, c - 1.0), log);
}

// k log 2 + log(1 + f), where `at` is the place of 2^k (1 + f), which need not be good: r may leave its interval by
// a few units in the last place.
static inline Pair log_pair(const logarithm::Place& at, Pair f) {
    return logarithm::finish(logarithm::reduced(f, at.c), at);
}

// log m for 2^-1021 <= m <= 2^1021, |m.lo| <= 2^-45 m.hi.
static inline Pair log_pair(Pair m) {
    const logarithm::Place at = logarithm::place(m.hi);
    return log_pair(at, Pair{at.scaled(m.hi) - 1.0, m.lo * at.scaled(1.0)});
}

}  // namespace verhulst::VERHULST_LEVEL
