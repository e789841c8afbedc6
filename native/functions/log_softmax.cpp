// log_softmax(z)_i = z_i - log sum_j e^z_j = z_i - (most + log(top + rest))
//
// The logarithm is a pair, good to 2^-60 of itself however small it is (log_sum_exp.hpp). most + logarithm is kept as a
// pair c, exact but for 2^-53 of its low part; z_i - c in pairs is rounded once. For the top class most - c.hi is exact
// and leaves the logarithm: 0.51 ULP in every format, for that class as well. Elsewhere both z_i - most and -log are
// at most 0, so that no more than what c holds can cancel.
#include "functions/log_sum_exp.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LogSoftmax {
    template <class Format, class Rows>
    static void run(Rows& rows, Vec most) {
        const Pair log = log_of_sum(sum_of_exponentials<Format, false, true>(rows, most));
        const Pair c = two_sum(most, log.hi);
        const Vec c_lo = c.lo + log.lo;
        const std::ptrdiff_t vectors = rows.vectors();
        for (std::ptrdiff_t k = 0; k < vectors; ++k) {
            const Vec z = rows.load(k);
            if constexpr (is_wide<Format>) {
                const Pair s = two_sum(z, -c.hi);
                const Vec low = s.lo - c_lo;
                rows.store(k, select(is_nan(low), s.hi, s.hi + low));  // nan where s.hi is infinite
            } else {
                rows.store(k, (z - c.hi) - c_lo);
            }
        }
    }

    template <class Format, class Row>
    static void infinite(Row& row, Vec) {
        const bool limit = InfiniteRow(row).has_limit();
        const Vec infinity(std::numeric_limits<double>::infinity()), nan(std::nan(""));
        for (std::ptrdiff_t k = 0; k < row.vectors(); ++k)
            row.store(k, limit ? select(row.load(k) == infinity, Vec(0.0), -infinity) : nan);
    }
};

}  // namespace

extern const RowKernels log_softmax;
const RowKernels log_softmax = row_kernels<LogSoftmax>();

}  // namespace verhulst::VERHULST_LEVEL
