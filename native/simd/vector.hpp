// The vector shim: one name per IEEE operation, the same meaning at every width.
//
// A level (baseline, v3, v4, neon) is one header that defines, inside namespace verhulst::VERHULST_LEVEL:
//   Vec   a few doubles           Bits  as many 64-bit integers           Mask  as many truth values
// Kernels are written once against these names and compiled once per level with that level's flags.
// Every operation is correctly rounded, so a kernel gives the same bits at every level, whatever the width.
// A new instruction set (SVE) is one more header, one more branch below, a line in meson.build and a line in cpu.cpp.
// simd/lanes.hpp may have faster code for it. No other file names a level, and none outside simd/ has instructions of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(VERHULST_LEVEL_v4)
#define VERHULST_LEVEL v4
#include "simd/v4.hpp"
#elif defined(VERHULST_LEVEL_v3)
#define VERHULST_LEVEL v3
#include "simd/v3.hpp"
#elif defined(VERHULST_LEVEL_neon)
#define VERHULST_LEVEL neon
#include "simd/neon.hpp"
#elif defined(VERHULST_LEVEL_baseline)
#define VERHULST_LEVEL baseline
#include "simd/baseline.hpp"
#else
#error "define VERHULST_LEVEL_<name> before including simd/vector.hpp"
#endif

namespace verhulst::VERHULST_LEVEL {

constexpr std::uint64_t sign_bit = 0x8000000000000000u;

constexpr double power_of_two(int n) { return n < 0 ? power_of_two(n + 1) / 2 : n > 0 ? power_of_two(n - 1) * 2 : 1; }

static inline Vec abs(Vec a) { return from_bits(bits(a) & Bits(~sign_bit)); }
static inline Vec copysign(Vec magnitude, Vec sign) {
    return from_bits((bits(magnitude) & Bits(~sign_bit)) | (bits(sign) & Bits(sign_bit)));
}
static inline Mask is_nan(Vec a) { return ~(a == a); }

}  // namespace verhulst::VERHULST_LEVEL
