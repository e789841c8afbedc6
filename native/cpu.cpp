#include "cpu.hpp"

#include <cstdlib>
#include <cstring>

// VERHULST_EACH_LEVEL(LEVEL) is LEVEL(name) for each level of this build, lowest first; native/meson.build defines it.
#define VERHULST_DECLARE(name) \
    namespace name {           \
    extern const Level level;  \
    }

namespace verhulst {

VERHULST_EACH_LEVEL(VERHULST_DECLARE)

namespace {

// Whether this processor has a level's instructions: one line per level.
[[maybe_unused]] bool has_baseline() { return true; }
#if defined(__x86_64__)
[[maybe_unused]] bool has_v3() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
[[maybe_unused]] bool has_v4() {
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#elif defined(__aarch64__)
[[maybe_unused]] bool has_neon() { return true; }
#endif

const Level* choose() {
    const char* wanted = std::getenv("VERHULST_CPU");
    const Level* best = nullptr;
    for (const Level* level : usable_levels()) {
        best = level;
        if (wanted && std::strcmp(wanted, level->name) == 0) return level;
    }
    return wanted && *wanted ? nullptr : best;
}

}  // namespace

std::vector<const Level*> built_levels() {
#define VERHULST_ADDRESS(name) &name::level,
    return {VERHULST_EACH_LEVEL(VERHULST_ADDRESS)};
}

std::vector<const Level*> usable_levels() {
#if defined(__x86_64__)
    __builtin_cpu_init();
#endif
    std::vector<const Level*> levels;
#define VERHULST_ADD_IF_USABLE(name) \
    if (has_##name()) levels.push_back(&name::level);
    VERHULST_EACH_LEVEL(VERHULST_ADD_IF_USABLE)
    return levels;
}

const Level* chosen_level() {
    static const Level* const level = choose();
    return level;
}

}  // namespace verhulst
