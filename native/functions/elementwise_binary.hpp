// From a formula on two vectors to kernels on arrays: as elementwise.hpp, for functions of two arguments.
//
//   static Vec  wide(Vec a, Vec b);     float64
//   static Pair narrow(Vec a, Vec b);   float32 and below
//   static Vec  quick(Vec a, Vec b);    if there is one: rough, with quick_good, quick_reach (of a), quick_least
#pragma once

#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {

template <class F, class Format>
Vec binary(Vec a, Vec b) {
    if constexpr (is_wide<Format>) {
        return F::wide(a, b);
    } else {
        if constexpr (HasQuick<F>) {
            const Vec quick = F::quick(a, b);
            if (all(quick_certain<F, Format>(a, quick))) return quick;
        }
        return round_to_odd(F::narrow(a, b));
    }
}

template <class F>
struct ElementwiseBinary {
    template <class Format>
    struct Block {
        using Storage = typename Format::Storage;
        static constexpr int inputs = 2, outputs = 1, size = lanes;

        static inline void run(const Storage* const* in, Storage* const* out) {
            Format::store(out[0], binary<F, Format>(Format::load(in[0]), Format::load(in[1])));
        }
    };
};

template <class F>
constexpr Kernels elementwise_binary() {
    return block_kernels<ElementwiseBinary<F>::template Block>();
}

}  // namespace verhulst::VERHULST_LEVEL
