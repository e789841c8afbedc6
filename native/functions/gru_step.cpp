// What a GRU cell does after its matrix products, in one read: from the two parts of the gates' arguments, a from the
// input and b from the state, and the state h, the new h,
//   n = tanh(a_n + s(a_r + b_r) b_n)      h' = (1 - z) n + z h,      z = s(a_z + b_z), s(x) = 1/(1 + e^-x).
//
// float64: h' to 2^-53 of itself and 2^-58 of (1 - z)(|n| + |s b_n|) + |z h|. The narrow formats: 2^-42 of that sum, before the
//   rounding, which for 16 bits goes by way of float32.
// There, with e = e^-(a_z + b_z), m = e^-2|x| - 1, x the argument of tanh: tanh|x| = -m/(2 + m), and
//   h' = (e (-+m) + h w)/(w + w e), w = 2 + m: two divisions, one of them for x.
#include "functions/gates.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct GruStep {
    static constexpr int inputs = 7, outputs = 1;  // a_r, a_z, a_n, b_r, b_z, b_n, h

    template <class Format, class Storage = typename Format::Storage>
    static void accurate(const Vec* in, Storage* const* out) {
        using namespace gates;
        const Gate update = gate(finite(two_sum(in[1], in[4])));
        const Pair reset = gate(finite(two_sum(in[0], in[3]))).value;
        const Pair n = candidate(whole(in[2]) + reset * whole(in[5]));
        write<Format>(out[0], update.complement * n + update.value * whole(in[6]));
    }

    template <class Format, class Storage = typename Format::Storage>
    static inline void quick(const gates::Several* in, Storage* const* out, Mask* valid) {
        using gates::together;
        for (int k = 0; k < together; ++k) {
            const Vec r = in[0].at[k] + in[3].at[k], z = in[1].at[k] + in[4].at[k];
            const Vec x = in[2].at[k] + in[5].at[k] / (1.0 + exp_quick<fma>(-r));
            const Vec e = exp_quick<fma>(-z), m = gates::decay_minus_one_quick(x);
            const Vec w = 2.0 + m;
            const Vec new_h = fma(in[6].at[k], w, copysign(e * m, x)) / fma(e, w, w);
            valid[k] = (gates::larger(r, z) <= Vec(87.0)) & (new_h == new_h);  // nan comes from any nan
            Format::store_certain(out[0] + k * lanes, new_h);
        }
    }
};

}  // namespace

extern const Kernels _gru_step;
const Kernels _gru_step = gates::kernels<GruStep>();

}  // namespace verhulst::VERHULST_LEVEL
