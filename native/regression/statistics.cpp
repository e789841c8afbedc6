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

// The chunks' sums and who is done. Neighbours are added as soon as both are there, by the thread that was second: along the
// same tree whoever that is, and while the sums are in its cache.
class Tree {
  public:
    explicit Tree(std::ptrdiff_t chunks) : parts_(static_cast<std::size_t>(chunks)), arrived_(parts_.size()) {}
    Sums& operator[](std::ptrdiff_t k) { return parts_[static_cast<std::size_t>(k)]; }

    void done(std::ptrdiff_t chunk) {
        std::size_t k = static_cast<std::size_t>(chunk);
        for (std::size_t width = 1; width < parts_.size(); width *= 2) {
            k = k / (2 * width) * (2 * width);
            const std::size_t right = k + width;
            if (right >= parts_.size()) continue;  // no neighbour at this height
            if (!arrived_[right].exchange(true)) return;
            parts_[k].add(parts_[right]);
            parts_[right] = Sums();
        }
    }

  private:
    std::vector<Sums> parts_;
    std::vector<std::atomic<bool>> arrived_;  // one of the two whose right-hand one this is
};

}  // namespace

Sums statistics(const Request& request, AddRows add_rows) {
    const std::ptrdiff_t chunks = chunk_count(request), block = block_rows(request.size());
    const std::ptrdiff_t blocks = (request.rows + block - 1) / block;
    Tree tree(chunks);
    // Each thread takes the next chunk when it is free: who did which does not show in the result.
    std::atomic<std::ptrdiff_t> next{0};
    parallel_for(std::min<std::ptrdiff_t>(chunks, thread_count()), [&](std::ptrdiff_t, std::ptrdiff_t) {
        std::vector<double> scratch;
        for (std::ptrdiff_t k; (k = next.fetch_add(1)) < chunks;) {
            const std::ptrdiff_t start = blocks * k / chunks * block, stop = blocks * (k + 1) / chunks * block;
            add_rows(request, start, std::min(stop, request.rows), scratch, tree[k]);
            if (request.table) request.table->release(start, std::min(stop, request.rows));
            tree.done(k);
        }
    });
    return std::move(tree[0]);
}

}  // namespace verhulst
