// softmax(z)_i = e^z_i / sum_j e^z_j
//
// e_i = e^(z_i - most) as one double: 0.501 ULP (log_sum_exp.hpp). 1/sum as a pair to 2^-60. The product is
// taken with both parts of the reciprocal and rounded once: together at most 1.002 + 0.502 = 1.51 ULP in float64 (an
// error of half an ulp in e_i can be one ulp of the quotient), 0.51 in the narrow formats.
#include "functions/log_sum_exp.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Softmax {
    template <class Format, class Rows>
    static void run(Rows& rows, Vec most) {
        if (rows.can_keep())
            run<Format, true>(rows, most);
        else
            run<Format, false>(rows, most);
    }

    template <class Format, bool keep, class Rows>
    static void run(Rows& rows, Vec most) {
        const Pair s = sum_of_exponentials<Format, keep, false>(rows, most).rest;
        const Pair sum = fast_two_sum(s.hi, s.lo);
        const Vec inverse = Vec(1.0) / sum.hi;
        const Vec inverse_lo = fnma(inverse, sum.lo, fnma(inverse, sum.hi, Vec(1.0))) * inverse;
        const std::ptrdiff_t vectors = rows.vectors();
        for (std::ptrdiff_t k = 0; k < vectors; ++k) {
            const Vec e = keep ? rows.kept(k) : exp_below<Format>(below_most<Format>(rows.load(k), most)).hi;
            if constexpr (is_wide<Format>) {
                const Vec product = e * inverse;
                rows.store(k, product + fma(e, inverse_lo, fma(e, inverse, -product)));
            } else {
                rows.store(k, e * inverse);
            }
        }
    }

    template <class Format, class Row>
    static void infinite(Row& row, Vec) {
        const bool limit = InfiniteRow(row).has_limit();
        const Vec nan(std::nan(""));
        for (std::ptrdiff_t k = 0; k < row.vectors(); ++k) {
            const Mask top = row.load(k) == Vec(std::numeric_limits<double>::infinity());
            row.store(k, limit ? select(top, Vec(1.0), Vec(0.0)) : nan);
        }
    }
};

}  // namespace

extern const RowKernels softmax;
const RowKernels softmax = row_kernels<Softmax>();

}  // namespace verhulst::VERHULST_LEVEL
