// Compiled once per level.
#include "regression/column_loops.hpp"

#include "environment.hpp"
#include "simd/lanes.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

constexpr int apart = 4;  // vectors whose sums do not wait for each other

double total(const Vec sum[apart]) {
    double lane[lanes], found = 0;
    store(lane, (sum[0] + sum[1]) + (sum[2] + sum[3]));
    for (double each : lane) found += each;
    return found;
}

bool finite(const double* x, std::ptrdiff_t count) {
    const Environment environment;
    Vec sum[apart] = {Vec(0.0), Vec(0.0), Vec(0.0), Vec(0.0)};
    std::ptrdiff_t r = 0;
    for (; r + apart * lanes <= count; r += apart * lanes)
        for (int i = 0; i < apart; ++i) sum[i] = sum[i] + load(x + r + i * lanes) * Vec(0.0);  // nan, or 0
    double found = total(sum);
    for (; r < count; ++r) found += x[r] * 0.0;
    return found == 0;
}

std::ptrdiff_t add_multiple(double multiple, const double* x, std::ptrdiff_t count, double* to) {
    const Environment environment;
    Vec zeros[apart] = {Vec(0.0), Vec(0.0), Vec(0.0), Vec(0.0)};
    std::ptrdiff_t r = 0, others = 0;
    for (; r + apart * lanes <= count; r += apart * lanes)
        for (int i = 0; i < apart; ++i) {
            const Vec value = load(x + r + i * lanes);
            store(to + r + i * lanes, load(to + r + i * lanes) + Vec(multiple) * value);
            zeros[i] = zeros[i] + select(value == Vec(0.0), Vec(1.0), Vec(0.0));
        }
    for (; r < count; ++r) {
        to[r] += multiple * x[r];
        others += x[r] == 0;
    }
    return count - others - static_cast<std::ptrdiff_t>(total(zeros));
}

}  // namespace

extern const ColumnLoops column_loops;
const ColumnLoops column_loops = {finite, add_multiple};

}  // namespace verhulst::VERHULST_LEVEL
