// log sigma(z) = -softplus(-z), -0 at +inf; derivation and bound in softplus.hpp.
#include "functions/softplus.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LogSigmoid {
    static Vec wide(Vec z) { return MinusSoftplus::wide(-z); }
    static Pair narrow(Vec z) { return MinusSoftplus::narrow(-z); }
};

}  // namespace

extern const Kernels log_sigmoid;
const Kernels log_sigmoid = elementwise<LogSigmoid>();

}  // namespace verhulst::VERHULST_LEVEL
