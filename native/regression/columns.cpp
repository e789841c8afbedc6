#include "regression/columns.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace verhulst {

[[maybe_unused]] constexpr std::ptrdiff_t around = 1 << 16;  // bytes

std::ptrdiff_t Columns::size(std::ptrdiff_t width) const {
    std::ptrdiff_t found = pairs_at(width), before = 0;
    for (const Coded& each : coded) {
        found += before * each.levels;
        before += each.levels;
    }
    return found;
}

void Columns::release([[maybe_unused]] std::ptrdiff_t start, [[maybe_unused]] std::ptrdiff_t stop) const {
#if defined(__unix__) || defined(__APPLE__)
    if (!map) return;
    const std::uintptr_t page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    each_batch(start, stop - start, [&](const Batch& batch, std::ptrdiff_t row, std::ptrdiff_t rows, std::ptrdiff_t) {
        for (const View& view : batch.views) {
            const char *first = view.at(row), *last = view.at(row + rows);
            if (first < map || last > map_end || last <= first) continue;
            // The system maps pages around those that were asked for.
            first = std::max(first - around, map);
            last = std::min(last + around, map_end);
            const std::uintptr_t from = reinterpret_cast<std::uintptr_t>(first) / page * page;
            const std::uintptr_t to = (reinterpret_cast<std::uintptr_t>(last) + page - 1) / page * page;
            madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
        }
    });
#endif
}

}  // namespace verhulst
