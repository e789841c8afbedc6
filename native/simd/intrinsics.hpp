// The compiler's header of vector instructions. GCC 12 writes its "any value" vectors as variables that are read before
// they are set (GCC bug 105593) and warns of them wherever they are inlined: these warnings are errors here, but in this
// header.
#pragma once

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#else
#include <immintrin.h>
#endif
