// narrow FUNCTION FORMAT LEVEL[,LEVEL...] [FIRST LAST]: every input of a narrow format, judged.
//
// For each input the filter gives an interval that holds the exact result. Where both ends round to the same number,
// that number is the answer; elsewhere MPFR decides. Each level's kernel must give exactly that, bit for bit (any nan
// for nan; the sign of zero counts). Prints one line of JSON.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "formats.hpp"
#include "kernels.hpp"
#include "references.hpp"

namespace {

constexpr int chunk = 4096;
constexpr mpfr_prec_t precision = 256, higher_precision = 1200;

// A result within 2^-200 of a short number may be a tie that is broken further down (2^-300 for subnormal inputs):
// those are computed again with many more bits.
struct Judge {
    mpfr_t x, y, exact_x, exact_y, shorter, distance;
    Judge() {
        mpfr_inits2(precision, x, y, distance, static_cast<mpfr_ptr>(nullptr));
        mpfr_inits2(higher_precision, exact_x, exact_y, static_cast<mpfr_ptr>(nullptr));
        mpfr_init2(shorter, 60);
    }
    bool near_short_number() {
        if (!mpfr_regular_p(y)) return false;
        mpfr_set(shorter, y, MPFR_RNDN);
        mpfr_sub(distance, y, shorter, MPFR_RNDN);
        return mpfr_zero_p(distance) || mpfr_get_exp(distance) < mpfr_get_exp(y) - 200;
    }
    std::uint32_t operator()(const Reference& r, const Format& f, double input) {
        mpfr_set_d(x, input, MPFR_RNDN);
        r.exact(y, x);
        if (!near_short_number()) return encode(f, round_to_odd(y));
        mpfr_set_d(exact_x, input, MPFR_RNDN);
        r.exact(exact_y, exact_x);
        return encode(f, round_to_odd(exact_y));
    }
};

bool is_nan(const Format& f, std::uint32_t bits) {
    return (bits & ~(1u << (f.width - 1))) > static_cast<std::uint32_t>(f.greatest - f.least + 2) << (f.precision - 1);
}

// Float32 results as expected, any nan for nan.
bool same(const char* out, const std::uint32_t* expected) {
    std::uint32_t got, different = 0;
    for (int i = 0; i < chunk; ++i) {
        std::memcpy(&got, out + 4 * i, 4);
        const bool both_nan = (got & 0x7fffffff) > 0x7f800000 && (expected[i] & 0x7fffffff) > 0x7f800000;
        different |= (got ^ expected[i]) & (both_nan ? 0 : ~0u);
    }
    return different == 0;
}

bool everywhere(I mask) {
    static const I all_true = D{} == 0;
    return std::memcmp(&mask, &all_true, sizeof mask) == 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return std::fprintf(stderr, "usage: narrow FUNCTION FORMAT LEVELS [FIRST LAST]\n"), 2;
    const Reference* r = find_reference(argv[1]);
    const int index = function_index(argv[1]);
    if (!r || index < 0) return std::fprintf(stderr, "%s: no kernel or no reference\n", argv[1]), 2;
    const Format* format = nullptr;
    int type = 0;
    for (const Format& f : formats)
        if (std::string(argv[2]) == f.name) format = &f;
    if (!format) return std::fprintf(stderr, "%s: no such format\n", argv[2]), 2;
    type = std::string(argv[2]) == "float16"    ? verhulst::float16
           : std::string(argv[2]) == "bfloat16" ? verhulst::bfloat16
                                                : verhulst::float32;
    const std::vector<const verhulst::Level*> levels = named_levels(argv[3]);
    if (levels.empty()) return std::fprintf(stderr, "%s: none of these levels runs here\n", argv[3]), 2;

    const bool wide = format->width == 32;
    const std::uint64_t first = argc > 4 ? std::strtoull(argv[4], nullptr, 0) : 0;
    const std::uint64_t last = argc > 5 ? std::strtoull(argv[5], nullptr, 0) : std::uint64_t{1} << format->width;

    Judge judge;
    std::uint64_t candidates = 0, failures = 0;
    std::string examples;
    alignas(64) std::uint32_t in[chunk], expected[chunk];
    alignas(64) double x[chunk];
    alignas(64) char narrow_in[chunk * 4], out[chunk * 4];
    for (std::uint64_t start = first; start < last; start += chunk) {
        const int n = static_cast<int>(std::min<std::uint64_t>(chunk, last - start));
        for (int i = 0; i < chunk; ++i) in[i] = static_cast<std::uint32_t>(start + (i < n ? i : 0));
        if (wide) {
            std::memcpy(narrow_in, in, sizeof in);
            for (int i = 0; i < chunk; ++i) {
                float s;
                std::memcpy(&s, &in[i], 4);
                x[i] = s;
            }
        } else {
            for (int i = 0; i < chunk; ++i) {
                x[i] = decode(*format, in[i]);
                const std::uint16_t h = static_cast<std::uint16_t>(in[i]);
                std::memcpy(narrow_in + 2 * i, &h, 2);
            }
        }
        for (int i = 0; i < chunk; i += 8) {
            D v;
            std::memcpy(&v, x + i, sizeof v);
            if (wide) {
                const Filtered y = r->filter(v);
                // A scale of zero means an exact value; adding zero to it would lose the sign of -0.
                const D slack = r->bound * y.scale;
                const S low = __builtin_convertvector(slack == 0 ? y.value : y.value - slack, S);
                const S high = __builtin_convertvector(slack == 0 ? y.value : y.value + slack, S);
                std::uint32_t a[8], b[8];
                std::memcpy(a, &low, sizeof a);
                std::memcpy(b, &high, sizeof b);
                // Nearly always all eight are decided, or all nan; else one after the other.
                const I plain = (y.value - y.value == 0) & (v - v == 0) & (v != 0);
                if (std::memcmp(a, b, sizeof a) == 0 && everywhere(plain)) {
                    std::memcpy(expected + i, a, sizeof a);
                    continue;
                }
                if (everywhere((y.value != y.value) & (v - v == 0))) {
                    std::fill_n(expected + i, 8, 0x7fc00000u);
                    continue;
                }
                for (int j = 0; j < 8; ++j) {
                    // A filter gives nan outside its function's domain, and for nan: so must the kernel. (Were the filter
                    // wrong, the kernel would be found different.) Both ends round to one number, 0 and inf among them:
                    // that is it. Else, and where the argument is 0 or infinite: ask MPFR.
                    if (std::isnan(y.value[j]) && !std::isinf(x[i + j])) {
                        expected[i + j] = 0x7fc00000;
                    } else if (a[j] == b[j] && std::isfinite(y.value[j]) && std::isfinite(x[i + j]) && x[i + j] != 0) {
                        expected[i + j] = a[j];
                    } else {
                        ++candidates;
                        expected[i + j] = judge(*r, *format, x[i + j]);
                    }
                }
            } else {
                for (int j = 0; j < 8; ++j) {
                    ++candidates;
                    expected[i + j] = judge(*r, *format, x[i + j]);
                }
            }
        }
        for (const verhulst::Level* level : levels) {
            const char* source = narrow_in;
            char* target = out;
            level->functions[index]->by_type[type](&source, &target, chunk);
            if (wide && n == chunk && same(out, expected)) continue;
            for (int i = 0; i < n; ++i) {
                std::uint32_t got = 0;
                if (wide)
                    std::memcpy(&got, out + 4 * i, 4);
                else
                    std::memcpy(&got, out + 2 * i, 2);
                if (got == expected[i] || (is_nan(*format, got) && is_nan(*format, expected[i]))) continue;
                if (++failures <= 8) {
                    char line[200];
                    std::snprintf(line, sizeof line,
                                  "%s{\"level\": \"%s\", \"input\": \"%a\", \"got\": \"0x%x\", \"expected\": \"0x%x\"}",
                                  examples.empty() ? "" : ", ", level->name, x[i], got, expected[i]);
                    examples += line;
                }
            }
        }
    }
    const std::string names = json_names(levels);
    std::printf(
        "{\"function\": \"%s\", \"format\": \"%s\", \"levels\": [%s], \"inputs\": %llu, \"judged_by_mpfr\": %llu, "
        "\"failures\": %llu, \"examples\": [%s]}\n",
        argv[1], argv[2], names.c_str(), static_cast<unsigned long long>(last - first),
        static_cast<unsigned long long>(candidates), static_cast<unsigned long long>(failures), examples.c_str());
    return failures != 0;
}
