// e^x and e^x - 1 as unevaluated pairs of doubles.
//
// Reduction.   x = k ln2/16 + r, k the nearest integer, |r| <= ln2/32 (1 + 2^-30); k = 16 m + j, 0 <= j < 16.
//   ln2/16 = C1 + C2, C1 the nearest double (a multiple of 2^-57), C2 the nearest double to the rest (to 2^-113).
//   r1 = fma(-k, C1, x) is exact: for k != 0, |x| > 2^-6, so x and k C1 are multiples of 2^-58, and |r1| < 2^-5.
// Table.       2^(j/16) = T (1 + t), T the nearest double, |t| < 2^-53.
//   What is tiny goes together: c = t - k C2 + x_lo; then e^(x + x_lo) = 2^m T e^(r1 + c).
// Polynomial.  e^r = 1 + r + r^2 P(r), P(0) = 1/2, the rest minimax: |r^2 (P(r) - (e^r - 1 - r)/r^2)| < 2^-65.2.
//   (The fits here are linear programmes over 801 Chebyshev points, for the correction of the Taylor coefficients in
//   scaled variables; the coefficients were then rounded, and the error was taken from the rounded ones at 240 bits.)
// Pair.        w = r1^2 P, u = r1 + w and hi = fma(T, u, T) are roundings that need not be good: what hi lacks is computed.
//   T - hi is exact (Sterbenz: |u| < 0.022), fma(T, r1, T - hi) is -T r1^2 P and roundings, below 2^-12 T, and so exact
//   to 2^-65.0 T; adding T (r1^2 P) leaves lo, known to 2^-65.0 T by the product's rounding (of 2^-12.05); P is rounded
//   by at most 2^-54, times r1^2 is 2^-65.0; the products with r1^2 rounded twice more, 2^-65.0 each. In all, with the
//   polynomial's 2^-65.2, less than 2^-62.6. Then c: e^c = 1 + c to 2^-90, so c hi is added to lo; |c| < 2^-45.
// Bound.       |hi + lo - e^x| <= 2^-62.6 e^x + 2^-1074 for -708 <= x <= 709, |x_lo| <= ulp(x).
//
// Near x = 0 what is wanted is e^x - 1 to 2^-60 of itself: for k = 0 from r1, for k != 0 where |e^x - 1| > 2^-5.6.
//   e^r1 - 1 = r1 + square/2 + rest/2, square = RN(r1^2), rest = (r1^2 - square) + r1^3 2Q(r1), the first part exact by
//   fma, 2Q minimax: |r1^3 (2Q - ...)/2| < 2^-74.3. The steps are as above, with 2^m T - 1, exact as a pair (0 where
//   k = 0), in the place of T; hi - (2^m T - 1) is exact, for |T u| < 0.53 |2^m T - 1| where k != 0. What is rounded is
//   at most 2^-12 in fma(T, r1, .), 2^-66 absolutely, and r1^3/6, 2^-72. So 2^-65.9 at most, 2^-60.3 of the result.
//   For k = 0, fma(T, r1, .) is exact, and all that is rounded is of order r1^3: 2^-64 of the result.
#pragma once

#include "simd/double_double.hpp"

namespace verhulst::VERHULST_LEVEL {

namespace exponential {

constexpr double per_step = 0x1.71547652b82fep+4;  // 16/ln2
constexpr double step_hi = 0x1.62e42fefa39efp-5;   // C1
constexpr double step_lo = 0x1.abc9e3b39803fp-60;  // C2
constexpr double shift = 0x1.8p52;                 // adding it leaves the nearest integer in the last bits

// First row: T with j 2^48 taken off its bits, so that adding k 2^48 to them makes 2^m T. Second row: t.
// mpmath, 200 bits: T = float(2**(j/16)); t = float((2**(j/16) - T)/T).
alignas(64) constexpr PairTable16
    two_to_sixteenths({0x1.0000000000000p+0, 0x1.fb5586cf9890fp-1, 0x1.f72b83c7d517bp-1, 0x1.f387a6e756238p-1,
                       0x1.f06fe0a31b715p-1, 0x1.edea64c123422p-1, 0x1.ebfdad5362a27p-1, 0x1.eab07dd485429p-1,
                       0x1.ea09e667f3bcdp-1, 0x1.ea11473eb0187p-1, 0x1.eace5422aa0dbp-1, 0x1.ec49182a3f090p-1,
                       0x1.ee89f995ad3adp-1, 0x1.f199bdd85529cp-1, 0x1.f5818dcfba487p-1, 0x1.fa4afa2a490dap-1},
                      {0x0.0000000000000p+0, 0x1.79aa65d837b6dp-54, -0x1.01b15eaa59348p-55, 0x1.68efde3a8a894p-54,
                       0x1.34d754db0abb6p-55, 0x1.59f48a72a4c6dp-55, 0x1.690cebb7aafb0p-56, 0x1.063e1e21c5409p-54,
                       -0x1.3b3efbf5e2228p-54, -0x1.b32dcb94da51dp-56, 0x1.db72fc1f0eab4p-55, 0x1.1affc2b91ce27p-56,
                       0x1.c1a7792cb3387p-55, 0x1.36eae30af0cb3p-56, 0x1.4a385a63d07a7p-56, -0x1.ff7128fd391f0p-55});

// x = k ln2/16 + r1 + what c takes over.
struct Reduced {
    Vec shifted;  // k, in the last bits
    Vec r1, c;
    Vec power;  // 2^m T
};

// Of x = sign z.
template <int sign = 1>
static inline Reduced reduce(Vec z) {
    const Vec shifted = fma(z, sign * per_step, shift);
    const Vec k = shifted - shift;
    Vec T, t;
    lookup16(two_to_sixteenths, bits(shifted), T, t);
    return {shifted, fma(k, -step_hi, sign < 0 ? -z : z), fma(k, -step_lo, t),
            from_bits(bits(T) + shift_left<48>(bits(shifted)))};
}

// (e^r - 1 - r)/r^2 by Estrin's scheme.
static inline Vec quadratic_rest(Vec r, Vec r2) {
    const Vec low = fma(r, 0x1.5555555555558p-3, 0.5);
    const Vec middle = fma(r, 0x1.1111111094b4ap-7, 0x1.55555554e6646p-5);
    const Vec high = fma(r, 0x1.a01b8301db2a1p-13, 0x1.6c17f902a1687p-10);
    return fma(r2, fma(r2, high, middle), low);
}

// 2 (e^r - 1 - r - r^2/2)/r^3.
static inline Vec cubic_rest(Vec r, Vec r2) {
    const Vec low = fma(r, 0x1.5555555555557p-4, 0x1.5555555555558p-2);
    const Vec middle = fma(r, 0x1.6c16c16b95330p-9, 0x1.11111110a194bp-6);
    const Vec high = fma(r, 0x1.a01b599785559p-15, 0x1.a01b6ddd837bfp-12);
    return fma(r2, fma(r2, high, middle), low);
}

// a e^(r1 + c).
static inline Pair times(Vec a, const Reduced& x) {
    const Vec r2 = x.r1 * x.r1;
    const Vec P = quadratic_rest(x.r1, r2);
    const Vec w = r2 * P;
    const Vec u = x.r1 + w;
    const Vec hi = fma(a, u, a);
    const Vec lacks = fma(a, w, fma(a, x.r1, a - hi));
    return {hi, fma(x.c, hi, lacks)};
}

// e^r1 - 1 = r1 + square/2 + rest/2 = about u, where `square` alone is already r1^2 but for its rounding.
struct Fine {
    Vec square, rest, u;
};
static inline Fine fine(Vec r1) {
    const Vec square = r1 * r1;
    const Vec rest = fma(square, r1 * cubic_rest(r1, square), fma(r1, r1, -square));
    return {square, rest, fma(0.5, square + rest, r1)};
}

// 2^m T e^(r1 + c) + offset, where `whole` is 2^m T + offset as a pair: offset is 0 or -1.
static inline Pair fine_times(const Reduced& x, const Fine& f, Pair whole, double offset) {
    const Vec half = 0.5 * x.power;
    const Vec hi = fma(x.power, f.u, whole.hi);
    const Vec lacks = fma(half, f.rest, fma(half, f.square, fma(x.power, x.r1, whole.hi - hi)));
    return {hi, fma(x.c, hi - offset, lacks + whole.lo)};
}

}  // namespace exponential

// e^x for -708 <= x <= 709; nan gives nan; elsewhere nonsense.
static inline Pair exp_pair(Vec x) {
    const exponential::Reduced reduced = exponential::reduce(x);
    const Pair e = exponential::times(reduced.power, reduced);
    return fast_two_sum(e.hi, e.lo);
}

// The same without the last step: |lo| <= 2^-45 hi.
static inline Pair exp_loose_pair(Vec x) {
    const exponential::Reduced reduced = exponential::reduce(x);
    return exponential::times(reduced.power, reduced);
}
// e^-z, as loose.
static inline Pair exp_minus_loose_pair(Vec z) {
    const exponential::Reduced reduced = exponential::reduce<-1>(z);
    return exponential::times(reduced.power, reduced);
}

// e^(x + x_lo), |x_lo| <= ulp(x).
static inline Pair exp_pair(Pair x) {
    exponential::Reduced reduced = exponential::reduce(x.hi);
    reduced.c = reduced.c + x.lo;
    const Pair e = exponential::times(reduced.power, reduced);
    return fast_two_sum(e.hi, e.lo);
}

// e^x - 1 for -708 <= x <= 709, to 2^-60 of itself however small x is; |lo| <= ulp(hi). nan gives nan, -0 gives 0.
static inline Pair expm1_pair(const exponential::Reduced& reduced) {
    const Pair whole = two_sum(reduced.power, -1.0);
    const Pair m = exponential::fine_times(reduced, exponential::fine(reduced.r1), whole, -1.0);
    return fast_two_sum(m.hi, m.lo);
}
static inline Pair expm1_pair(Vec x) { return expm1_pair(exponential::reduce(x)); }

// e^(x + x_lo) - 1, |x_lo| <= ulp(x).
static inline Pair expm1_pair(Pair x) {
    exponential::Reduced reduced = exponential::reduce(x.hi);
    reduced.c = reduced.c + x.lo;
    return expm1_pair(reduced);
}

// e^x - 1 and e^x for x <= 0.
template <class Number>
struct Decay {
    Number minus_one, itself;
};
// For -708 <= x <= 0, as loose pairs (|lo| <= 2^-45 |hi|): e^x - 1 as expm1_pair, and both.
static inline Pair decay_minus_one(Vec x) {
    const exponential::Reduced reduced = exponential::reduce(x);
    const Pair whole = fast_two_sum(-1.0, reduced.power);
    return exponential::fine_times(reduced, exponential::fine(reduced.r1), whole, -1.0);
}
static inline Decay<Pair> decay(Vec x) {
    const exponential::Reduced reduced = exponential::reduce(x);
    const exponential::Fine fine = exponential::fine(reduced.r1);
    const Pair whole = fast_two_sum(-1.0, reduced.power);
    return {exponential::fine_times(reduced, fine, whole, -1.0),
            exponential::fine_times(reduced, fine, {reduced.power, 0.0}, 0.0)};
}

// A pair times a power of two that may be far outside the range of doubles.
struct ScaledPair {
    Pair value;
    Bits exponent;  // signed
};

// e^x as (a pair in [0.97, 2)) times 2^exponent, for |x| <= 10^6.
static inline ScaledPair exp_scaled(Pair x) {
    exponential::Reduced reduced = exponential::reduce(x.hi);
    reduced.c = reduced.c + x.lo;
    const Bits k = bits(reduced.shifted) - bits(Vec(exponential::shift));
    const Bits exponent = shift_right_signed<4>(k);
    const Vec T = from_bits(bits(reduced.power) - shift_left<52>(exponent));
    return {exponential::times(T, reduced), exponent};
}
static inline ScaledPair exp_scaled(Vec x) { return exp_scaled(Pair{x, Vec(0.0)}); }

// (hi + lo) 2^exponent, rounded once even where that is subnormal (then to half a unit and 2^-53 of one);
// -1100 <= exponent <= 900, |hi| in [2^-60, 2^60] or 0. The sign of a zero is lost.
//
// A result below 2^-1022 is a multiple of 2^-1074: before scaling, hi < B = 2^(-1022 - exponent) and a multiple of
// 2^-52 B is wanted. B + hi lies in [B, 2B], where that is the last place; its error and lo are added in one rounding.
static inline Vec scale_once(Pair p, Bits exponent) {
    const Bits below = exponent + Bits(std::uint64_t{960});  // negative where the result may be subnormal
    const Mask deep = from_bits((below & Bits(sign_bit)) | bits(Vec(1.0))) < Vec(0.0);
    const Vec B = select(deep, from_bits(shift_left<52>(Bits(std::uint64_t{1}) - exponent)), Vec(0.0));
    const Vec big = select(abs(p.hi) < B, copysign(B, p.hi), Vec(0.0));
    const Pair sum = two_sum(big, p.hi);
    const Vec rounded = (sum.hi + (sum.lo + p.lo)) - big;
    const Bits half = shift_right_signed<1>(exponent);
    const Bits one = bits(Vec(1.0));
    const Vec first = from_bits(one + shift_left<52>(half));
    const Vec second = from_bits(one + shift_left<52>(exponent - half));
    return rounded * first * second;
}

}  // namespace verhulst::VERHULST_LEVEL
