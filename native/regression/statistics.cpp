// All rows: cut into chunks, spread over threads, merged along a fixed tree.
#include "regression/statistics.hpp"

#include <algorithm>
#include <atomic>

#include "threads.hpp"

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
}

namespace {

// Enough chunks to keep threads busy, few enough that their triangles stay below 16 MB (but never fewer than four).
std::ptrdiff_t chunk_count(const Request& request) {
    const std::ptrdiff_t size = request.size();
    const std::ptrdiff_t most = std::clamp<std::ptrdiff_t>((std::ptrdiff_t{4} << 20) / (size * size + 1), 4, 64);
    const std::ptrdiff_t blocks = (request.rows + block_rows(size) - 1) / block_rows(size);
    return std::clamp<std::ptrdiff_t>(blocks / 4, 1, most);
}

}  // namespace

Sums statistics(const Request& request, AddRows add_rows) {
    const std::ptrdiff_t chunks = chunk_count(request), block = block_rows(request.size());
    const std::ptrdiff_t blocks = (request.rows + block - 1) / block;
    std::vector<Sums> parts(static_cast<std::size_t>(chunks));
    // Each thread takes the next chunk when it is free: who did which does not show in the result.
    std::atomic<std::ptrdiff_t> next{0};
    parallel_for(std::min<std::ptrdiff_t>(chunks, thread_count()), [&](std::ptrdiff_t, std::ptrdiff_t) {
        std::vector<double> scratch;
        for (std::ptrdiff_t k; (k = next.fetch_add(1)) < chunks;) {
            const std::ptrdiff_t start = blocks * k / chunks * block, stop = blocks * (k + 1) / chunks * block;
            add_rows(request, start, std::min(stop, request.rows), scratch, parts[static_cast<std::size_t>(k)]);
        }
    });
    for (std::size_t width = 1; width < parts.size(); width *= 2)
        for (std::size_t k = 0; k + width < parts.size(); k += 2 * width) {
            parts[k].add(parts[k + width]);
            parts[k + width] = Sums();
        }
    return std::move(parts[0]);
}

}  // namespace verhulst
