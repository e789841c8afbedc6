// From a block of numbers to arrays of any length: the loop of every elementwise kernel.
//
//   template <class Format> struct Block {
//       static constexpr int inputs, outputs, size;   arrays, and how many numbers of each a block has
//       static void run(const Storage* const* in, Storage* const* out);   Storage: what the format's arrays hold
//   };
// The last few numbers go through the same code in a block filled up with zeros, so that length and offset cannot change a bit.
// `out` may be `in`: a block is read before it is written.
#pragma once

#include "kernel.hpp"
#include "simd/formats.hpp"

namespace verhulst::VERHULST_LEVEL {

template <class Block, class Storage>
void block_kernel(const char* const* in_bytes, char* const* out_bytes, std::ptrdiff_t n) {
    const Storage* in[Block::inputs];
    Storage* out[Block::outputs];
    for (int j = 0; j < Block::inputs; ++j) in[j] = reinterpret_cast<const Storage*>(in_bytes[j]);
    for (int j = 0; j < Block::outputs; ++j) out[j] = reinterpret_cast<Storage*>(out_bytes[j]);
    for (; n >= Block::size; n -= Block::size) {
        Block::run(in, out);
        for (const Storage*& p : in) p += Block::size;
        for (Storage*& p : out) p += Block::size;
    }
    if (n > 0) {
        Storage last[Block::inputs][Block::size] = {}, results[Block::outputs][Block::size];
        Storage* to[Block::outputs];
        const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(Storage);
        for (int j = 0; j < Block::inputs; ++j) {
            std::memcpy(last[j], in[j], bytes);
            in[j] = last[j];
        }
        for (int j = 0; j < Block::outputs; ++j) to[j] = results[j];
        Block::run(in, to);
        for (int j = 0; j < Block::outputs; ++j) std::memcpy(out[j], results[j], bytes);
    }
}

template <template <class Format> class Block>
constexpr Kernels block_kernels() {
    return {{block_kernel<Block<Float16>, Float16::Storage>, block_kernel<Block<BFloat16>, BFloat16::Storage>,
             block_kernel<Block<Float32>, Float32::Storage>, block_kernel<Block<Float64>, Float64::Storage>}};
}

// Asks for what is read a page later, across which the processor does not look ahead by itself.
template <int count, class Number>
static inline void prefetch(const Number* x) {
    for (std::size_t line = 0; line < count * sizeof(Number); line += 64)
        __builtin_prefetch(reinterpret_cast<const char*>(x) + 4096 + line);
}

}  // namespace verhulst::VERHULST_LEVEL
