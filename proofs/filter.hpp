// Eight doubles at a time for the filter: plain double arithmetic and glibc's vector mathematics (libmvec), which
// shares no code with verhulst. glibc states at most 4 ULP for each of these functions.
#pragma once

#include <cmath>
#include <cstdint>

typedef double D __attribute__((vector_size(64)));
typedef std::int64_t I __attribute__((vector_size(64)));
typedef float S __attribute__((vector_size(32)));

#if defined(__AVX512F__) && defined(__GLIBC__)
extern "C" {
D _ZGVeN8v_exp(D);
D _ZGVeN8v_expm1(D);
D _ZGVeN8v_log(D);
D _ZGVeN8v_log1p(D);
D _ZGVeN8v_tanh(D);
D _ZGVeN8v_atanh(D);
D _ZGVeN8v_erfc(D);
}
#define VECTOR_FUNCTION(name) \
    static inline D name(D x) { return _ZGVeN8v_##name(x); }
#else
#define VECTOR_FUNCTION(name)                               \
    static inline D name(D x) {                             \
        for (int i = 0; i < 8; ++i) x[i] = std::name(x[i]); \
        return x;                                           \
    }
#endif

namespace filter {
VECTOR_FUNCTION(exp)
VECTOR_FUNCTION(expm1)
VECTOR_FUNCTION(log)
VECTOR_FUNCTION(log1p)
VECTOR_FUNCTION(tanh)
VECTOR_FUNCTION(atanh)
VECTOR_FUNCTION(erfc)

static inline D all(double x) { return D{x, x, x, x, x, x, x, x}; }
static inline D abs(D x) { return x < 0 ? -x : x; }
static inline D max(D x, double low) { return x < low ? all(low) : x; }
static inline D min(D x, double high) { return x > high ? all(high) : x; }
}  // namespace filter
