// The normal distribution's tail in one double, for results whose rounding is guarded (functions/elementwise.hpp).
//
// As normal_pair.hpp, with shorter polynomials on shorter intervals (normal_table.py): 2^-44.4 of itself for
// 0 <= a <= 15; exp(-a^2/2) is good to 2^-46 and the rounding of a^2/2 <= 113 costs another 2^-47.
// Together: 2^-43.6. Nothing depends on whether a multiply_add is fused, beyond this bound.
#pragma once

#include "simd/exp_quick.hpp"
#include "simd/normal_table.hpp"

namespace verhulst::VERHULST_LEVEL {

namespace normal_distribution_quick {

namespace table = normal_quick;
alignas(64) constexpr PairTable16 centre_c10{table::centre, table::c10}, c9_c8{table::c9, table::c8},
    c7_c6{table::c7, table::c6}, c5_c4{table::c5, table::c4}, c3_c2{table::c3, table::c2}, c1_c0{table::c1, table::c0};

}  // namespace normal_distribution_quick

// P(Z > a) = E S, E = exp(-a^2/2), for 0 <= a <= 15.
struct NormalTail {
    Vec E, S;
};
static inline NormalTail normal_tail_factors_quick(Vec a) {
    namespace table = normal_distribution_quick;
    // The leading bits of a + 1: exponent and two bits of the fraction, counted from those of 1.
    const Bits index = shift_right<50>(bits(a + Vec(1.0))) - Bits(std::uint64_t{0xffc});
    Vec centre, p, odd, even;
    lookup16(table::centre_c10, index, centre, p);
    const Vec d = a - centre;
    const auto step = [&](const PairTable16& pair) {
        lookup16(pair, index, odd, even);
        p = multiply_add(multiply_add(p, d, odd), d, even);
    };
    step(table::c9_c8);
    step(table::c7_c6);
    step(table::c5_c4);
    step(table::c3_c2);
    step(table::c1_c0);
    return {exp_quick(Vec(-0.5) * a * a), p};
}
static inline Vec normal_tail_quick(Vec a) {
    const NormalTail tail = normal_tail_factors_quick(a);
    return tail.E * tail.S;
}

}  // namespace verhulst::VERHULST_LEVEL
