// logsumexp(z) = log sum_i e^z_i = most + log(top + rest)
//
// `most` may cancel against the logarithm, whose error is 2^-60 of itself (log_sum_exp.hpp) and which is then at most
// about |most|: the result is within 0.51 ULP of max(|result|, |most|).
#include "functions/log_sum_exp.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LogSumExp {
    template <class Format, class Rows>
    static void run(Rows& rows, Vec most) {
        const Pair log = log_of_sum(sum_of_exponentials<Format, false, true>(rows, most));
        const Pair s = two_sum(most, log.hi);
        rows.store_one(s.hi + (s.lo + log.lo));
    }

    // The empty sum has the logarithm -inf, which is what `most` is then.
    template <class Format, class Row>
    static void infinite(Row& row, Vec most) {
        row.store_one(InfiniteRow(row).nan ? Vec(std::nan("")) : most);
    }
};

}  // namespace

extern const RowKernels logsumexp;
const RowKernels logsumexp = row_kernels<LogSumExp>();

}  // namespace verhulst::VERHULST_LEVEL
