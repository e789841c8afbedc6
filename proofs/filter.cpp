// filter [POINTS]: is each filter's stated bound sound here? Measures the filter against MPFR on random float32 inputs.
//
// The bound rests on glibc's stated accuracy; this shows how much room it leaves on this machine's glibc.
#include <cstdio>
#include <cstdlib>
#include <random>

#include "formats.hpp"
#include "references.hpp"

// A float32 with an exponent in [-40, 7]: where the functions bend.
static std::uint32_t bits_of_moderate(std::mt19937& random) {
    const std::uint32_t b = random();
    return (b & 0x807fffff) | (87 + (b >> 23 & 0xff) % 48) << 23;
}

int main(int argc, char** argv) {
    const long points = argc > 1 ? std::atol(argv[1]) : 100000;
    mpfr_t x, y;
    mpfr_inits2(256, x, y, static_cast<mpfr_ptr>(nullptr));
    bool failed = false;
    for (int k = 0; k < reference_count; ++k) {
        const Reference& r = references[k];
        std::mt19937 random(20261124);
        double worst = 0, worst_at = 0;
        for (long i = 0; i < points; i += 8) {
            D v;
            for (int j = 0; j < 8; ++j) {
                const std::uint32_t b = (i / 8) % 2 ? random() : bits_of_moderate(random);
                v[j] = decode(formats[2], b);
                if (!std::isfinite(v[j])) v[j] = 0.25;
            }
            const Filtered f = r.filter(v);
            for (int j = 0; j < 8; ++j) {
                mpfr_set_d(x, v[j], MPFR_RNDN);
                r.exact(y, x);
                if (!mpfr_number_p(y) || mpfr_zero_p(y)) continue;
                // Below 2^-160 every value rounds to zero in float32 whatever its digits.
                if (mpfr_get_exp(y) < -160 && std::fabs(f.value[j]) < 0x1p-159) continue;
                mpfr_sub_d(y, y, f.value[j], MPFR_RNDN);
                const double e = std::fabs(mpfr_get_d(y, MPFR_RNDN)) / f.scale[j];
                if (!(e <= worst)) worst = e, worst_at = v[j];
            }
        }
        const bool bad = !(worst <= r.bound);
        failed |= bad;
        std::printf(
            "{\"function\": \"%s\", \"filter_bound\": %.3g, \"filter_error\": %.3g, \"at\": \"%a\", \"failed\": %s}\n",
            r.name, r.bound, worst, worst_at, bad ? "true" : "false");
    }
    return failed;
}
