// The narrow formats, decoded and encoded by integer arithmetic: written for the proofs alone.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

// precision: bits of the significand with its leading one; least: exponent of the smallest normal number.
struct Format {
    const char* name;
    int width, precision, least, greatest;
};
constexpr Format formats[] = {
    {"float16", 16, 11, -14, 15}, {"bfloat16", 16, 8, -126, 127}, {"float32", 32, 24, -126, 127}};

inline double decode(const Format& f, std::uint32_t bits) {
    const int fraction_bits = f.precision - 1;
    const std::uint32_t fraction = bits & ((1u << fraction_bits) - 1);
    const int field = static_cast<int>((bits & ~(1u << (f.width - 1))) >> fraction_bits);
    const bool negative = bits >> (f.width - 1) & 1;
    double a;
    if (field == f.greatest - f.least + 2)
        a = fraction ? std::nan("") : HUGE_VAL;
    else if (field == 0)
        a = std::ldexp(static_cast<double>(fraction), f.least - fraction_bits);
    else
        a = std::ldexp(static_cast<double>(fraction | 1u << fraction_bits), field - 1 + f.least - fraction_bits);
    return negative ? -a : a;
}

// The nearest number of the format, ties to even. x is exact, or has been rounded to odd.
inline std::uint32_t encode(const Format& f, double x) {
    const int fraction_bits = f.precision - 1;
    const std::uint32_t sign = std::signbit(x) ? 1u << (f.width - 1) : 0;
    const std::uint32_t infinity = static_cast<std::uint32_t>(f.greatest - f.least + 2) << fraction_bits;
    if (std::isnan(x)) return infinity | 1u << (fraction_bits - 1);
    const double a = std::fabs(x);
    if (std::isinf(a)) return sign | infinity;
    if (a == 0) return sign;
    int exponent;
    std::frexp(a, &exponent);
    --exponent;  // a = m 2^exponent, 1 <= m < 2
    if (exponent < f.least) exponent = f.least;
    const double units = std::ldexp(a, fraction_bits - exponent);  // exact: a has 53 bits, and is not tiny here
    double whole = std::floor(units);
    const double rest = units - whole;
    if (rest > 0.5 || (rest == 0.5 && std::fmod(whole, 2) == 1)) whole += 1;
    const auto n = static_cast<std::uint32_t>(whole);
    // Adding the exponent field lets a carry run on into it, and subnormals come out with field 0.
    const std::uint32_t bits = (static_cast<std::uint32_t>(exponent - f.least) << fraction_bits) + n;
    return sign | (bits > infinity ? infinity : bits);
}
