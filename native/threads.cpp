#include "threads.hpp"

#if !defined(_WIN32)
#include <pthread.h>
#include <signal.h>
#endif

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "environment.hpp"

namespace verhulst {
namespace {

std::atomic<int> wanted{1};
std::atomic<bool> busy{false};  // one parallel_for at a time; the others do their work alone

// Range `part` of `parts` nearly equal ones.
std::ptrdiff_t border(std::ptrdiff_t count, int part, int parts) {
    return count / parts * part + std::min<std::ptrdiff_t>(count % parts, part);
}

struct Job {
    RangeBody body;
    void* context;
    std::ptrdiff_t count;
    int parts;

    void run(int part) const { body(context, border(count, part, parts), border(count, part + 1, parts)); }
};

// Sleeping and being woken takes longer than a short job: look a few times, some 30 µs in all, before going to sleep.
template <class Ready>
void await(Ready ready) {
    for (int i = 0; i < 64 && !ready(); ++i) std::this_thread::yield();
}

// Signals are for Python's main thread: the workers inherit a mask that blocks them all. Windows has none.
class SignalsBlocked {
  public:
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
#if defined(_WIN32)
    SignalsBlocked() {}
#else
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_;
#endif
};

class Pool {
  public:
    // Tries to have `parts` threads, the caller's included; returns how many there are.
    int grow(int parts) {
        const SignalsBlocked blocked;
        try {
            for (; workers_ < parts - 1; ++workers_) std::thread(&Pool::work, this, workers_ + 1).detach();
        } catch (const std::system_error&) {
            // No more threads to be had: go on with those there are.
        }
        return std::min(parts, workers_ + 1);
    }

    void run(const Job& job) {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            job_ = job;
            left_ = job.parts - 1;
            ++turn_;
        }
        wake_.notify_all();
        attempt(job, 0);
        await([this] { return left_ == 0; });
        std::unique_lock<std::mutex> lock(mutex_);
        done_.wait(lock, [this] { return left_ == 0; });
        if (const std::exception_ptr error = std::exchange(error_, nullptr)) {
            lock.unlock();
            std::rethrow_exception(error);
        }
    }

  private:
    void attempt(const Job& job, int part) {
        try {
            job.run(part);
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (!error_) error_ = std::current_exception();
        }
    }

    void work(int part) {
        const Environment environment;
        unsigned long long seen = 0;
        std::unique_lock<std::mutex> lock(mutex_);
        for (;;) {
            wake_.wait(lock, [&] { return turn_ != seen && part < job_.parts; });
            seen = turn_;
            const Job job = job_;
            lock.unlock();
            attempt(job, part);
            lock.lock();
            if (--left_ == 0) done_.notify_one();
            lock.unlock();
            await([&] { return turn_ != seen; });
            lock.lock();
        }
    }

    int workers_ = 0;
    std::mutex mutex_;
    std::condition_variable wake_, done_;
    Job job_{nullptr, nullptr, 0, 0};
    // Changed under the mutex only.
    std::atomic<int> left_{0};
    std::atomic<unsigned long long> turn_{0};
    std::exception_ptr error_;
};

// Never destroyed: at exit its threads still wait on it. Guarded by `busy`.
Pool* pool = nullptr;

// A forked child has none of the parent's threads, and perhaps a lock that one of them held. It starts afresh.
[[maybe_unused]] void forget_pool() {
    pool = nullptr;
    busy.store(false);
}

Pool& current_pool() {
#if !defined(_WIN32)
    static const int registered = pthread_atfork(nullptr, nullptr, forget_pool);
    (void)registered;
#endif
    if (!pool) pool = new Pool;
    return *pool;
}

struct Release {
    ~Release() { busy.store(false, std::memory_order_release); }
};

}  // namespace

int thread_count() { return wanted.load(std::memory_order_relaxed); }
void set_thread_count(int n) { wanted.store(std::clamp(n, 1, most_threads), std::memory_order_relaxed); }

void parallel_for(std::ptrdiff_t count, RangeBody body, void* context) {
    if (count <= 0) return;
    const int parts = static_cast<int>(std::min<std::ptrdiff_t>(thread_count(), count));
    if (parts == 1 || busy.exchange(true, std::memory_order_acquire)) {
        body(context, 0, count);
        return;
    }
    const Release release;
    Pool& threads = current_pool();
    const int available = threads.grow(parts);
    if (available == 1)
        body(context, 0, count);
    else
        threads.run({body, context, count, available});
}

}  // namespace verhulst
