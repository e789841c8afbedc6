#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Logit {
    static double scalar(double x) { return x < 0.3 || x > 0.65 ? std::log(x / (1 - x)) : std::log1p(2 * (x - 0.5)) - std::log1p(-2 * (x - 0.5)); }
    static Vec wide(Vec z) {
        double a[lanes];
        store(a, z);
        for (double& x : a) x = scalar(x);
        return load(a);
    }
    static Pair narrow(Vec z) { return {wide(z), Vec(0.0)}; }
};

}  // namespace

extern const Kernels logit;
const Kernels logit = elementwise<Logit>();

}  // namespace verhulst::VERHULST_LEVEL
