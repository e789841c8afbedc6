#include "functions/elementwise.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LogSigmoid {
    static double scalar(double x) { return x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x)); }
    static Vec wide(Vec z) {
        double a[lanes];
        store(a, z);
        for (double& x : a) x = scalar(x);
        return load(a);
    }
    static Pair narrow(Vec z) { return {wide(z), Vec(0.0)}; }
};

}  // namespace

extern const Kernels log_sigmoid;
const Kernels log_sigmoid = elementwise<LogSigmoid>();

}  // namespace verhulst::VERHULST_LEVEL
