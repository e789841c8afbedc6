#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct SigmoidDerivative {
    static double scalar(double x) { return [&]{ const double e = std::exp(-std::fabs(x)); return e / ((1 + e) * (1 + e)); }(); }
    static Vec wide(Vec z) {
        double a[lanes];
        store(a, z);
        for (double& x : a) x = scalar(x);
        return load(a);
    }
    static Pair narrow(Vec z) { return {wide(z), Vec(0.0)}; }
};

}  // namespace

extern const Kernels sigmoid_derivative;
const Kernels sigmoid_derivative = elementwise<SigmoidDerivative>();

}  // namespace verhulst::VERHULST_LEVEL
