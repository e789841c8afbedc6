// Where float64 functions are tried: seeded, the same points on every machine.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

inline double from_bits64(std::uint64_t b) {
    double d;
    std::memcpy(&d, &b, sizeof d);
    return d;
}
inline std::uint64_t bits64(double d) {
    std::uint64_t b;
    std::memcpy(&b, &d, sizeof b);
    return b;
}

struct Stratum {
    const char* name;
    std::vector<double> points;
};

inline std::vector<Stratum> strata(std::size_t n) {
    std::mt19937_64 random(20261124);
    std::vector<Stratum> all;
    const auto uniform = [&](const char* name, double low, double high) {
        std::uniform_real_distribution<double> u(low, high);
        std::vector<double> p(n);
        for (double& x : p) x = u(random);
        all.push_back({name, p});
    };
    // Every exponent alike, both signs: the points that uniform sampling never meets.
    const auto by_exponent = [&](const char* name, double centre, int low, int high) {
        std::uniform_int_distribution<int> exponent(low, high);
        std::uniform_real_distribution<double> fraction(1, 2);
        std::vector<double> p(n);
        for (double& x : p) {
            const int power = exponent(random);  // the arguments of a call are evaluated in any order
            x = centre + std::ldexp(random() & 1 ? fraction(random) : -fraction(random), power);
        }
        all.push_back({name, p});
    };
    uniform("[-1, 1]", -1, 1);
    uniform("[0, 1]", 0, 1);
    uniform("[-10, 10]", -10, 10);
    uniform("[-40, 40]", -40, 40);
    uniform("[-760, 760]", -760, 760);
    uniform("[-746, -700]", -746, -700);
    by_exponent("all exponents", 0, -1074, 1023);
    by_exponent("exponents -60 to 10", 0, -60, 10);
    by_exponent("near 1/2", 0.5, -53, -2);
    by_exponent("near 1", 1, -53, -2);
    by_exponent("near log 2", 0.6931471805599453, -53, -2);
    by_exponent("near -log 2", -0.6931471805599453, -53, -2);
    by_exponent("near the root of silu'", -1.2784645427610738, -52, -4);
    by_exponent("near the root of gelu'", -0.7517915246935645, -53, -4);
    // Steps of the tables: multiples of log 2/32 and of 1/128, and their neighbours.
    std::vector<double> steps;
    for (int k = -1100 * 32; k <= 1100 * 32; ++k) steps.push_back(k * 0x1.62e42fefa39efp-6);
    for (int k = -5000; k <= 5000; ++k) steps.push_back(k / 128.0);
    for (int e = -1074; e < 1024; ++e) steps.push_back(std::ldexp(1, e)), steps.push_back(-std::ldexp(1, e));
    std::vector<double> p;
    for (double x : steps)
        for (int d = -1; d <= 1; ++d) p.push_back(from_bits64(bits64(x) + static_cast<std::uint64_t>(d)));
    all.push_back({"structured", p});
    return all;
}
