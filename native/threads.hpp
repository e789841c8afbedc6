// A small pool of threads, for work that falls into independent blocks.
//
// The pool is made on first use and made anew in a forked child. It is not OpenMP: libgomp does not survive fork, and
// two copies of it in one process (PyTorch's and scikit-learn's) fight over the processor.
// Blocks are dealt out as contiguous ranges, fixed by the counts alone. A caller whose blocks do not depend on each
// other, and who merges what they yield in a fixed order, gets the same bits for any number of threads.
#pragma once

#include <cstddef>

namespace verhulst {

constexpr int most_threads = 1024;

// How many threads the next parallel_for may use, the caller's included: 1 unless set.
int thread_count();
void set_thread_count(int n);  // 1 <= n <= most_threads

using RangeBody = void (*)(void* context, std::ptrdiff_t begin, std::ptrdiff_t end);

// Calls body(context, begin, end) on ranges that together are 0 ... count-1, and returns when all are done.
// A block should be worth some tens of microseconds: waking a thread costs about five.
// The caller works too. Where the pool is busy (a second Python thread, a call from within a body) the caller does all
// of it alone. Each worker sets the floating-point environment (environment.hpp); the caller's is its own
// affair. An exception in a body is thrown again here, after all the others have ended; the first one wins.
void parallel_for(std::ptrdiff_t count, RangeBody body, void* context);

// The same with a callable: parallel_for(count, [&](std::ptrdiff_t begin, std::ptrdiff_t end) { ... }).
template <class Body>
void parallel_for(std::ptrdiff_t count, const Body& body) {
    parallel_for(
        count,
        [](void* context, std::ptrdiff_t begin, std::ptrdiff_t end) {
            (*static_cast<const Body*>(context))(begin, end);
        },
        const_cast<Body*>(&body));
}

}  // namespace verhulst
