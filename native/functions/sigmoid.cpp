#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Sigmoid {
    static double scalar(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
    static Vec wide(Vec z) {
        double a[lanes];
        store(a, z);
        for (double& x : a) x = scalar(x);
        return load(a);
    }
    static Pair narrow(Vec z) { return {wide(z), Vec(0.0)}; }
};

}  // namespace

extern const Kernels sigmoid;
const Kernels sigmoid = elementwise<Sigmoid>();

}  // namespace verhulst::VERHULST_LEVEL
