// The caller's floating-point environment: put aside for the length of a scope, then given back with its flags.
// Inside, rounding is to nearest, subnormals are kept, and exceptions are masked.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#else
#include <cfenv>
#endif

namespace verhulst {

class Environment {
  public:
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
#if defined(__x86_64__)
    // Writing the register takes longer than a few numbers do: only where that changes something.
    Environment() : saved_(_mm_getcsr()) {
        if ((saved_ & ~flags) != standard) _mm_setcsr(standard);
    }
    ~Environment() {
        if (_mm_getcsr() != saved_) _mm_setcsr(saved_);
    }

  private:
    static constexpr unsigned standard = 0x1f80, flags = 0x3f;
    unsigned saved_;
#else
    Environment() {
        std::fegetenv(&saved_);
        std::fesetenv(FE_DFL_ENV);
    }
    ~Environment() { std::fesetenv(&saved_); }

  private:
    std::fenv_t saved_;
#endif
};

}  // namespace verhulst
