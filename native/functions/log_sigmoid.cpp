// log sigma(z) = -softplus(-z), -0 at +inf; derivation and bound in softplus.hpp.
#include "functions/softplus.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LogSigmoid {
    static inline Mask usual(Vec z) { return Softplus::usual(z); }
    static inline Vec common(Vec z) { return MinusSoftplus::common(-z); }
    static Vec wide(Vec z) { return MinusSoftplus::wide(-z); }
    static Pair narrow(Vec z) { return MinusSoftplus::narrow(-z); }

    static inline Limit limit(Vec z) { return MinusSoftplus::limit(-z); }

    static constexpr int quick_good = Softplus::quick_good;
    static constexpr double quick_reach = Softplus::quick_reach, quick_least = Softplus::quick_least;
    static inline Two quick(Two z) { return MinusSoftplus::quick({-z.a, -z.b}); }

#ifdef VERHULST_FLOATS
    static constexpr float floats_reach = Softplus::floats_reach;
    static inline Sum floats(Floats z) { return MinusSoftplus::floats(-z); }
#endif
};

}  // namespace

extern const Kernels log_sigmoid;
const Kernels log_sigmoid = elementwise<LogSigmoid>();

}  // namespace verhulst::VERHULST_LEVEL
