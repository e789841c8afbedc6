// Sums of chunks of rows, merged along a fixed tree.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "threads.hpp"

namespace verhulst {

// The chunks' sums and who is done. Neighbours are added as soon as both are there, by the thread that was second: along the
// same tree whoever that is, and while the sums are in its cache.
template <class Sums>
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

// Sums of all rows: `blocks` blocks, dealt out to `chunks` chunks; add(first block, last, scratch, sums) adds those of some.
template <class Sums, class Add>
Sums sum_over_chunks(std::ptrdiff_t blocks, std::ptrdiff_t chunks, const Add& add) {
    Tree<Sums> tree(chunks);
    // Each thread takes the next chunk when it is free: who did which does not show in the result.
    std::atomic<std::ptrdiff_t> next{0};
    parallel_for(std::min<std::ptrdiff_t>(chunks, thread_count()), [&](std::ptrdiff_t, std::ptrdiff_t) {
        std::vector<double> scratch;
        for (std::ptrdiff_t k; (k = next.fetch_add(1)) < chunks;) {
            add(blocks * k / chunks, blocks * (k + 1) / chunks, scratch, tree[k]);
            tree.done(k);
        }
    });
    return std::move(tree[0]);
}

}  // namespace verhulst
