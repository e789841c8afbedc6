// wide FUNCTION LEVEL[,LEVEL...] POINTS ULP [ABSOLUTE]: float64 against MPFR, in ULP, with a hunt around the worst points.
// Fails where an error is above ULP and, near a root, above ABSOLUTE.
//
// ULP: the spacing of doubles in the binade of the exact result (2^-1074 below 2^-1022). Prints one line of JSON.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "kernels.hpp"
#include "references.hpp"
#include "samples.hpp"

namespace {

constexpr mpfr_prec_t precision = 320;

struct Measure {
    mpfr_t x, y, e;
    Measure() { mpfr_inits2(precision, x, y, e, static_cast<mpfr_ptr>(nullptr)); }

    // The error of `got` at `input`, in ULP of the exact result; infinite where the kind of value is wrong.
    // An error of at most `absolute` counts as none beyond half an ULP.
    double operator()(const Reference& r, double absolute, double input, double got) {
        mpfr_set_d(x, input, MPFR_RNDN);
        r.exact(y, x);
        if (mpfr_nan_p(y)) return std::isnan(got) ? 0 : HUGE_VAL;
        const double nearest = mpfr_get_d(y, MPFR_RNDN);
        if (got == nearest && (got != 0 || std::signbit(got) == std::signbit(nearest)))
            if (std::isinf(got) || mpfr_zero_p(y)) return 0;
        if (!std::isfinite(got) || !std::isfinite(nearest)) return HUGE_VAL;
        if (got == 0 && std::signbit(got) != std::signbit(nearest) && nearest == 0) return HUGE_VAL;
        mpfr_sub_d(e, y, got, MPFR_RNDN);
        mpfr_abs(e, e, MPFR_RNDN);
        if (absolute > 0 && mpfr_cmp_d(e, absolute) <= 0) return 0;
        const long exponent = mpfr_zero_p(y) ? -1022 : std::max<long>(mpfr_get_exp(y) - 1, -1022);
        mpfr_mul_2si(e, e, 52 - exponent, MPFR_RNDN);
        return mpfr_get_d(e, MPFR_RNDU);
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) return std::fprintf(stderr, "usage: wide FUNCTION LEVELS POINTS ULP [ABSOLUTE]\n"), 2;
    const Reference* r = find_reference(argv[1]);
    const int index = function_index(argv[1]);
    if (!r || index < 0) return std::fprintf(stderr, "%s: no kernel or no reference\n", argv[1]), 2;
    const std::vector<const verhulst::Level*> levels = named_levels(argv[2]);
    if (levels.empty()) return std::fprintf(stderr, "%s: none of these levels runs here\n", argv[2]), 2;
    const std::size_t points = std::strtoull(argv[3], nullptr, 0);
    const double limit = std::atof(argv[4]), absolute = argc > 5 ? std::atof(argv[5]) : 0;

    std::vector<Stratum> all = strata(points);
    Measure measure;
    std::size_t tried = 0, level_differences = 0;
    double worst = 0, worst_at = 0;
    const char* worst_in = "";
    std::vector<std::pair<double, double>> hard;
    const auto run = [&](const Stratum& s) {
        const std::size_t n = s.points.size();
        std::vector<double> first(n), other(n);
        for (std::size_t l = 0; l < levels.size(); ++l) {
            const char* in = reinterpret_cast<const char*>(s.points.data());
            char* out = reinterpret_cast<char*>((l ? other : first).data());
            levels[l]->functions[index]->by_type[verhulst::float64](&in, &out, static_cast<std::ptrdiff_t>(n));
            for (std::size_t i = 0; l && i < n; ++i)
                level_differences += bits64(first[i]) != bits64(other[i]) && first[i] == first[i];
        }
        for (std::size_t i = 0; i < n; ++i) {
            const double e = measure(*r, absolute, s.points[i], first[i]);
            if (e > worst) worst = e, worst_at = s.points[i], worst_in = s.name;
            if (e > 0.49) hard.emplace_back(e, s.points[i]);
        }
        tried += n;
    };
    for (const Stratum& s : all) run(s);
    std::sort(hard.rbegin(), hard.rend());
    Stratum hunt{"hunt around the worst", {}};
    for (std::size_t i = 0; i < std::min<std::size_t>(hard.size(), 32); ++i)
        for (int d = -1000; d <= 1000; ++d)
            hunt.points.push_back(from_bits64(bits64(hard[i].second) + static_cast<std::uint64_t>(d)));
    if (!hunt.points.empty()) run(hunt);

    const std::string names = json_names(levels);
    const bool failed = !(worst <= limit) || level_differences;
    std::printf(
        "{\"function\": \"%s\", \"format\": \"float64\", \"levels\": [%s], \"inputs\": %zu, \"largest_error\": %.5f, "
        "\"at\": \"%a\", \"stratum\": \"%s\", \"limit\": %g, \"absolute\": %g, \"level_differences\": %zu, \"failed\": "
        "%s}\n",
        argv[1], names.c_str(), tried, std::isinf(worst) ? 1e300 : worst, worst_at, worst_in, limit, absolute,
        level_differences, failed ? "true" : "false");
    return failed;
}
