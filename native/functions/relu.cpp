// relu(z) = max(z, 0), exact. relu(-0) = +0; nan stays nan.
#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Relu {
    static inline Vec wide(Vec z) { return select(z <= Vec(0.0), Vec(0.0), z); }
    static inline Pair narrow(Vec z) { return {wide(z), Vec(0.0)}; }
};

}  // namespace

extern const Kernels relu;
const Kernels relu = elementwise<Relu>();

}  // namespace verhulst::VERHULST_LEVEL
