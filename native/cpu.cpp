#include "cpu.hpp"

#include <cstdlib>
#include <cstring>

namespace verhulst {

namespace baseline {
extern const Level level;
}
#if defined(VERHULST_X86)
namespace v3 {
extern const Level level;
}
namespace v4 {
extern const Level level;
}
#endif

const Level* const* usable_levels() {
    static const Level* levels[4] = {&baseline::level, nullptr, nullptr, nullptr};
    static const bool probed = [] {
        int n = 1;
#if defined(VERHULST_X86)
        __builtin_cpu_init();
        const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
        if (v3) levels[n++] = &v3::level;
        if (v4) levels[n++] = &v4::level;
#endif
        return n > 0;
    }();
    (void)probed;
    return levels;
}

const Level* choose_level(const char** problem) {
    const char* wanted = std::getenv("VERHULST_CPU");
    const Level* best = nullptr;
    for (const Level* const* l = usable_levels(); *l; ++l) {
        best = *l;
        if (wanted && std::strcmp(wanted, best->name) == 0) return best;
    }
    if (!wanted || !*wanted) return best;
    *problem = wanted;
    return nullptr;
}

}  // namespace verhulst
