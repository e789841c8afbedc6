// Statistics of a multinomial logistic regression at one point: what is asked for and what comes back.
//
// With a coefficient vector b_k for each of K classes and p_k = exp(z^T b_k) / sum of exp(z^T b_l):
//     log-likelihood  sum of w log p_y
//     gradient        of class k: sum of w ([y = k] - p_k) z
//     information     its block for classes a, b: -T_ab, and for a twice the sum of T_ab over b != a, with
//                     T_ab = sum of w p_a p_b z z^T, one matrix for each pair a < b.
// No weight of these matrices is below 0 and none is a difference, so they keep their digits where a class is nearly sure.
#pragma once

#include "regression/statistics.hpp"

namespace verhulst {

struct ClassRequest : Request {              // y, offset and direction are not used
    std::ptrdiff_t classes = 0;              // beta is classes x q
    const std::int32_t* label = nullptr;     // the class of each row
    const std::uint8_t* possible = nullptr;  // rows x classes: whether a class takes part; or null
    std::ptrdiff_t pairs() const { return classes * (classes - 1) / 2; }
};

// What some rows add up to; one after the other those of each class, and of each pair: (0, 1), (0, 2), ... (1, 2), ...
struct ClassSums {
    double log_likelihood = 0, compensation = 0;  // their sum counts
    double row_norm = 0;                          // squared, the largest
    std::ptrdiff_t panel = 0;                     // how many columns wide
    std::vector<double> gradient, ones_gradient;
    std::vector<double> triangle, ones_edge, ones_corner;

    void add(const ClassSums& other);
};

using AddClassRows = void (*)(const ClassRequest&, std::ptrdiff_t start, std::ptrdiff_t stop,
                              std::vector<double>& scratch, ClassSums&);

ClassSums class_statistics(const ClassRequest&, AddClassRows add_class_rows);

}  // namespace verhulst
