// All rows: cut into chunks, spread over threads, merged along a fixed tree.
#include "regression/statistics.hpp"

#include <algorithm>

#include "regression/tree.hpp"

namespace verhulst {

void Sums::add(const Sums& other) {
    const double sum = log_likelihood + other.log_likelihood, part = sum - log_likelihood;
    compensation += ((log_likelihood - (sum - part)) + (other.log_likelihood - part)) + other.compensation;
    log_likelihood = sum;
    row_norm = std::max(row_norm, other.row_norm);
    if (other.any) {
        least = any ? std::min(least, other.least) : other.least;
        most = any ? std::max(most, other.most) : other.most;
        any = true;
    }
    for (std::size_t i = 0; i < other.gradient.size(); ++i) gradient[i] += other.gradient[i];
    ones_gradient += other.ones_gradient;
    ones_corner += other.ones_corner;
    for (std::size_t i = 0; i < other.ones_edge.size(); ++i) ones_edge[i] += other.ones_edge[i];
    for (std::size_t i = 0; i < other.triangle.size(); ++i) triangle[i] += other.triangle[i];
    for (std::size_t i = 0; i < other.coded.size(); ++i) coded[i] += other.coded[i];
}

namespace {

// Enough chunks to keep threads busy, few enough that their triangles stay below 16 MB (but never fewer than four).
std::ptrdiff_t chunk_count(const Request& request) {
    const std::ptrdiff_t size = request.size(), coded = request.table ? request.table->size(request.columns) : 0;
    const std::ptrdiff_t most =
        std::clamp<std::ptrdiff_t>((std::ptrdiff_t{4} << 20) / (size * size + coded + 1), 4, 64);
    const std::ptrdiff_t blocks = (request.rows + block_rows(size) - 1) / block_rows(size);
    return std::clamp<std::ptrdiff_t>(blocks / 4, 1, most);
}

}  // namespace

Sums statistics(const Request& request, AddRows add_rows) {
    const std::ptrdiff_t block = block_rows(request.size()), blocks = (request.rows + block - 1) / block;
    return sum_over_chunks<Sums>(
        blocks, chunk_count(request),
        [&](std::ptrdiff_t first, std::ptrdiff_t last, std::vector<double>& scratch, Sums& sums) {
            const std::ptrdiff_t start = first * block, stop = std::min(last * block, request.rows);
            add_rows(request, start, stop, scratch, sums);
            if (request.table) request.table->release(start, stop);
        });
}

}  // namespace verhulst
