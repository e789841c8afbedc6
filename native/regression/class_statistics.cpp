// All rows of a multinomial regression, as statistics.cpp for two classes.
#include "regression/class_statistics.hpp"

#include <algorithm>

#include "regression/tree.hpp"

namespace verhulst {

void ClassSums::add(const ClassSums& other) {
    const double sum = log_likelihood + other.log_likelihood, part = sum - log_likelihood;
    compensation += ((log_likelihood - (sum - part)) + (other.log_likelihood - part)) + other.compensation;
    log_likelihood = sum;
    row_norm = std::max(row_norm, other.row_norm);
    const auto add_all = [](std::vector<double>& to, const std::vector<double>& from) {
        for (std::size_t i = 0; i < from.size(); ++i) to[i] += from[i];
    };
    add_all(gradient, other.gradient);
    add_all(ones_gradient, other.ones_gradient);
    add_all(triangle, other.triangle);
    add_all(ones_edge, other.ones_edge);
    add_all(ones_corner, other.ones_corner);
}

ClassSums class_statistics(const ClassRequest& request, AddClassRows add_class_rows) {
    const std::ptrdiff_t size = request.size(), block = block_rows(size), blocks = (request.rows + block - 1) / block;
    // Enough chunks to keep threads busy; the matrices of those that are under way stay below a few hundred MB.
    const std::ptrdiff_t most =
        std::clamp<std::ptrdiff_t>((std::ptrdiff_t{4} << 20) / (request.pairs() * size * size + 1), 2, 64);
    return sum_over_chunks<ClassSums>(
        blocks, std::clamp<std::ptrdiff_t>(blocks / 4, 1, most),
        [&](std::ptrdiff_t first, std::ptrdiff_t last, std::vector<double>& scratch, ClassSums& sums) {
            const std::ptrdiff_t start = first * block, stop = std::min(last * block, request.rows);
            add_class_rows(request, start, stop, scratch, sums);
            if (request.table) request.table->release(start, stop);
        });
}

}  // namespace verhulst
