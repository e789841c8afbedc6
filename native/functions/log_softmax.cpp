// log_softmax(z)_i = z_i - log sum_j e^z_j = (z_i - most) - log(top + rest)
//
// Both terms are at most 0, so nothing cancels: the difference is a pair, exact in float64, the logarithm a pair to
// 2^-60 of itself (log_sum_exp.hpp), the sum rounded once: 0.51 ULP in every format, for the top class as well.
#include "functions/log_sum_exp.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LogSoftmax {
    template <class Format, class Rows>
    static void run(Rows& rows, Vec most) {
        const Pair log = log_of_sum(sum_of_exponentials<Format, false>(rows, most));
        for (std::ptrdiff_t k = 0; k < rows.vectors(); ++k) {
            const Pair d = below_most<Format>(rows.load(k), most);
            const Pair s = two_sum(d.hi, -log.hi);
            const Vec low = s.lo + (d.lo - log.lo);
            rows.store(k, select(is_nan(low), s.hi, s.hi + low));  // nan where s.hi is infinite
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
