// The sum of the binary cross-entropies of many logits, with the gradient of each, in one read: what a training step
// needs of the mean loss.
//
// The sum is rounded to the format once. `quick` knows it to 2^-42 of itself, which decides the rounding nearly always;
// where it does not, `accurate` sums anew: two-sums in a fixed order, the same operations at every level. So the result has
// the same bits at every level and for any number of threads.
#pragma once

#include "kernel.hpp"

namespace verhulst {

// hi is the plain sum; hi + lo is closer, where hi is finite.
struct LossSum {
    double hi, lo;

    void add(double a, double a_lo = 0) {
        const double s = hi + a, from_a = s - hi;
        lo += ((hi - (s - from_a)) + (a - from_a)) + a_lo;
        hi = s;
    }
};

// What each gradient is multiplied with before it is rounded: hi + lo; `reach` is how far a logit may lie from 0 so that
// a quick gradient is a normal number of the format.
struct GradientScale {
    double hi, lo, reach;
};

struct LossSumKernels {
    // Adds n losses to a sum. Writes n gradients, each rounded once, unless gradient is null. Contiguous arrays.
    using Add = void (*)(const char* z, const char* y, char* gradient, std::ptrdiff_t n, const GradientScale& scale,
                         LossSum& sum);
    Add quick, accurate;
    // Rounds sum/divisor to the format. For a quick sum that does not decide it: false, and nothing is written.
    bool (*round)(const LossSum& sum, double divisor, bool quick, char* out);
    double least;  // smallest normal number
};

struct LossSumKernelsByType {
    LossSumKernels by_type[type_count];
};

}  // namespace verhulst
