// What each function is, twice: a filter in plain double with a stated error bound, and the definition in MPFR.
#pragma once

#include <mpfr.h>

#include "filter.hpp"

struct Filtered {
    D value;  // approximately f(x)
    D scale;  // |value - f(x)| <= bound * scale
};

struct Reference {
    const char* name;
    Filtered (*filter)(D x);            // any finite x
    double bound;                       // of the filter
    void (*exact)(mpfr_t y, mpfr_t x);  // any x; y has the caller's precision
};

extern const Reference references[];
extern const int reference_count;
const Reference* find_reference(const char* name);

// The value of y rounded to odd: exact input for one later rounding to 51 bits or fewer.
double round_to_odd(mpfr_t y);
