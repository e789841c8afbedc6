// a*b + c rounded once, for processors without the instruction: for every a, b, c, the same bits as the instruction
// gives in round to nearest, with subnormals, signed zeros, infinities and nan.
//
// The quick way (S. Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding
// to odd", IEEE Trans. Computers 57 (2008), algorithm Fmac): the exact product u + u_lo, then the exact sums
// t + t_lo = c + u_lo and v + v_lo = u + t; t_lo + v_lo is rounded to odd, and the last addition rounds.
// It is right where the product's low part is a double and nothing overflows. The rest goes through integers.
// No operation here depends on whether the compiler has an fma, as long as it contracts nothing (-ffp-contract=off).
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace verhulst {

namespace software_fma {

__extension__ using Wide = unsigned __int128;

// |x| = mantissa 2^exponent, the mantissa's leading bit at position 125.
struct Unpacked {
    Wide mantissa;
    int exponent;
};

static inline std::uint64_t bits_of(double x) {
    std::uint64_t b;
    std::memcpy(&b, &x, sizeof b);
    return b;
}
static inline int leading_bit(Wide x) {
    const auto high = static_cast<std::uint64_t>(x >> 64);
    return high ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll(static_cast<std::uint64_t>(x));
}
static inline Unpacked normalised(Wide mantissa, int exponent) {
    const int shift = 125 - leading_bit(mantissa);
    return {mantissa << shift, exponent - shift};
}
// For finite x other than 0: the integer mantissa and its exponent.
static inline std::uint64_t split(double x, int* exponent) {
    const std::uint64_t b = bits_of(x), fraction = b & 0xfffffffffffffu;
    const int field = static_cast<int>(b >> 52 & 0x7ff);
    *exponent = (field ? field : 1) - 1075;
    return field ? fraction | std::uint64_t{1} << 52 : fraction;
}

// mantissa 2^exponent to the nearest double, ties to even; the last bit of the mantissa may stand for more below it.
static inline double rounded(bool negative, Wide mantissa, int exponent) {
    const int top = leading_bit(mantissa) + exponent;  // 2^top <= value < 2^(top + 1)
    const int last = top >= -1022 ? top - 52 : -1074;  // the exponent of the result's last place
    const int drop = last - exponent;
    std::uint64_t units = 0;
    if (drop <= 0) {
        units = static_cast<std::uint64_t>(mantissa << -drop);
    } else if (drop <= 127) {
        const Wide half = Wide{1} << (drop - 1), rest = mantissa & ((half << 1) - 1);
        units = static_cast<std::uint64_t>(mantissa >> drop);
        units += rest > half || (rest == half && (units & 1));
    }
    // Adding the exponent field lets a carry run on into it, up to infinity; a subnormal has field 0.
    std::uint64_t b = top > 1023    ? std::uint64_t{0x7ff} << 52
                      : top < -1022 ? units
                                    : (static_cast<std::uint64_t>(top + 1022) << 52) + units;
    b |= static_cast<std::uint64_t>(negative) << 63;
    double y;
    std::memcpy(&y, &b, sizeof y);
    return y;
}

// Any a, b, c, by integers.
__attribute__((noinline)) static double by_integers(double a, double b, double c) {
    if (!(std::fabs(a) < HUGE_VAL && std::fabs(b) < HUGE_VAL)) return a * b + c;
    if (!(std::fabs(c) < HUGE_VAL)) return c + c;  // a*b is finite, though it may round to infinity
    if (a == 0 || b == 0) return a * b + c;
    if (c == 0) return a * b;  // rounded once; not + c, for a*b may round to a zero of either sign
    int ea, eb, ec;
    const Wide product = static_cast<Wide>(split(a, &ea)) * split(b, &eb);
    const std::uint64_t addend = split(c, &ec);
    const bool product_negative = std::signbit(a) != std::signbit(b);
    Unpacked p = normalised(product, ea + eb), q = normalised(addend, ec);
    const bool product_larger = p.exponent > q.exponent || (p.exponent == q.exponent && p.mantissa >= q.mantissa);
    const bool negative = product_larger ? product_negative : std::signbit(c);
    if (!product_larger) {
        const Unpacked larger = q;
        q = p, p = larger;
    }
    // Align the smaller; what falls off is kept as one last bit. It falls off only beyond 125 - 105 = 20 places, and then
    // the difference keeps at least 124 bits, so that bit stays far below what is rounded.
    const int distance = p.exponent - q.exponent;
    if (distance > 125)
        q.mantissa = 1;
    else if (distance > 0)
        q.mantissa = q.mantissa >> distance | ((q.mantissa & ((Wide{1} << distance) - 1)) != 0);
    const Wide sum = product_negative == std::signbit(c) ? p.mantissa + q.mantissa : p.mantissa - q.mantissa;
    return sum ? rounded(negative, sum, p.exponent) : 0.0;
}

// Two doubles at a time, with their bits and truth values (0 or -1) as integers.
using Doubles = double __attribute__((vector_size(16)));
using Integers = std::int64_t __attribute__((vector_size(16)));
using Naturals = std::uint64_t __attribute__((vector_size(16)));

struct Quick {
    Doubles result;
    Integers valid;  // where the result is right
};

static inline void split(Doubles x, Doubles& high, Doubles& low) {
    const Doubles scaled = 0x8000001p0 * x;  // 2^27 + 1: T. J. Dekker (1971), after G. W. Veltkamp
    high = scaled - (scaled - x);
    low = x - high;
}
static inline void two_sum(Doubles a, Doubles b, Doubles& high, Doubles& low) {
    high = a + b;
    const Doubles from_b = high - a;
    low = (a - (high - from_b)) + (b - from_b);
}

static inline Quick quick(Doubles a, Doubles b, Doubles c) {
    Doubles a1, a2, b1, b2, t, t_lo, v, v_lo, s, s_lo;
    const Doubles u = a * b;
    split(a, a1, a2);
    split(b, b1, b2);
    const Doubles u_lo = (((a1 * b1 - u) + a1 * b2) + a2 * b1) + a2 * b2;
    two_sum(c, u_lo, t, t_lo);
    two_sum(u, t, v, v_lo);
    two_sum(t_lo, v_lo, s, s_lo);
    // To odd: where s is even and something is left, one unit towards what is left.
    const Integers n = (Integers)s;
    const Integers towards = 1 - 2 * (Integers)((Naturals)(n ^ (Integers)s_lo) >> 63);
    const Integers odd = n + ((Integers)(s_lo != 0.0) & ((n & 1) - 1) & towards);
    const Doubles y = v + (Doubles)odd;
    // An exact zero: then the product is exact, and a*b + c has the sign that it should have.
    const Integers zero = (Integers)(y == 0.0);
    const Doubles result = (Doubles)(((Integers)(u + c) & zero) | ((Integers)y & ~zero));
    // Anything that overflowed on the way, or was not finite, has made y infinite or nan. Otherwise all is right where
    // the product's last bit, 2^-104 of it, is no smaller than the least double, or the product is 0.
    const Doubles size = (Doubles)((Integers)u & INT64_C(0x7fffffffffffffff));
    const Integers large = (Integers)(size > 0x1p-960) | (Integers)(a == 0.0) | (Integers)(b == 0.0);
    return {result, large & (Integers)(y - y == 0.0)};
}

static inline Doubles by_integers(Doubles a, Doubles b, Doubles c) {
    return Doubles{by_integers(a[0], b[0], c[0]), by_integers(a[1], b[1], c[1])};
}

// Four doubles; the second two are written. Not inlined: at every use of an fma it would be half of the build.
__attribute__((noinline)) inline Doubles fma(Doubles a, Doubles a2, Doubles b, Doubles b2, Doubles c, Doubles c2,
                                             Doubles* second) {
    const Quick x = quick(a, b, c), y = quick(a2, b2, c2);
    const Integers valid = x.valid & y.valid;
    const bool both = (valid[0] & valid[1]) != 0;
    *second = __builtin_expect(both, 1) ? y.result : by_integers(a2, b2, c2);
    return __builtin_expect(both, 1) ? x.result : by_integers(a, b, c);
}

}  // namespace software_fma

}  // namespace verhulst
