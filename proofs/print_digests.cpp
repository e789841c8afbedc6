// digests LEVEL FLOAT32_BITS POINTS [NAME ...]: the digests of the kernels of a level (digests.hpp); of all, or of those named.
// Needs neither NumPy nor MPFR, so that it runs where only a compiler's own libraries are.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cpu.hpp"
#include "digests.hpp"

int main(int argc, char** argv) {
    if (argc < 4) return std::fprintf(stderr, "usage: digests LEVEL FLOAT32_BITS POINTS [NAME ...]\n"), 2;
    const verhulst::Level* level = nullptr;
    for (const verhulst::Level* usable : verhulst::usable_levels())
        if (std::strcmp(usable->name, argv[1]) == 0) level = usable;
    if (!level) return std::fprintf(stderr, "%s: no level that runs here\n", argv[1]), 2;
    const int float32_bits = std::atoi(argv[2]);
    const std::size_t points = std::strtoull(argv[3], nullptr, 0);
    if (float32_bits < 1 || float32_bits > 32) return std::fprintf(stderr, "FLOAT32_BITS is from 1 to 32\n"), 2;
    std::vector<std::string> names(argv + 4, argv + argc);
    if (names.empty()) names = verhulst::digest_names();
    for (const std::string& name : names) {
        const std::string lines = verhulst::digest_lines(*level, name, float32_bits, points);
        if (lines.empty()) return std::fprintf(stderr, "%s: no kernel of that name\n", name.c_str()), 2;
        std::fputs(lines.c_str(), stdout);
        std::fflush(stdout);
    }
}
