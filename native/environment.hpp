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
    Environment() : saved_(_mm_getcsr()) { _mm_setcsr(0x1f80); }
    ~Environment() { _mm_setcsr(saved_); }

  private:
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
