// What an LSTM cell does after its matrix products, in one read: from the arguments of the gates (i, f, g, o) and the
// state c, the new h and c,
//   c' = s(f) c + s(i) tanh(g)      h' = s(o) tanh(c'),      s(z) = 1/(1 + e^-z).
//
// c' is rounded once, and h' is computed from the rounded c' and rounded once (float64: 0.51 ULP where nothing cancels; in
//   general 2^-53 of c' and 2^-58 of |s(f) c| + |s(i) tanh(g)|). The narrow formats: 2^-42 of |s(f) c| + |s(i) tanh(g)|, and
//   of h', before the rounding, which for 16 bits goes by way of float32.
// There, with a = 1 + e^-i, b = 1 + e^-f, m = e^-2|g| - 1, w = 2 + m: tanh|g| = -m/w, and one division makes
//   c' = (c a w -+ m b)/(a b w); a second one h'.
#include "functions/gates.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LstmStep {
    static constexpr int inputs = 5, outputs = 2;

    template <class Format, class Storage = typename Format::Storage>
    static void accurate(const Vec* in, Storage* const* out) {
        using namespace gates;
        const Pair kept = gate(whole(in[1])).value * whole(in[4]);
        const Pair added = gate(whole(in[0])).value * candidate(whole(in[2]));
        write<Format>(out[1], kept + added);
        const Vec c = Format::load(out[1]);
        write<Format>(out[0], gate(whole(in[3])).value * candidate(whole(c)));
    }

    template <class Format, class Storage = typename Format::Storage>
    static inline void quick(const gates::Several* in, Storage* const* out, Mask* valid) {
        using gates::together;
        Vec c[together];
        for (int k = 0; k < together; ++k) {
            const Vec i = in[0].at[k], f = in[1].at[k], g = in[2].at[k];
            const Vec to_i = exp_quick<fma>(-i), to_f = exp_quick<fma>(-f), m = gates::decay_minus_one_quick(g),
                      w = 2.0 + m;
            const Vec of_i = fma(to_i, w, w), by_f = fma(to_f, m, m);
            c[k] = fma(in[4].at[k], of_i, copysign(by_f, g)) * (1.0 / fma(to_f, of_i, of_i));
            valid[k] = gates::larger(gates::larger(i, f), in[3].at[k]) <= Vec(87.0);
        }
        for (int k = 0; k < together; ++k) Format::store_certain(out[1] + k * lanes, c[k]);
        for (int k = 0; k < together; ++k) {
            const Vec o = in[3].at[k], state = Format::load(out[1] + k * lanes),
                      m = gates::decay_minus_one_quick(state);
            const Vec w = 2.0 + m, h = copysign(m / fma(exp_quick<fma>(-o), w, w), state);
            valid[k] = valid[k] & (h == h);  // nan comes from any nan
            Format::store_certain(out[0] + k * lanes, h);
        }
    }
};

}  // namespace

extern const Kernels _lstm_step;
const Kernels _lstm_step = gates::kernels<LstmStep>();

}  // namespace verhulst::VERHULST_LEVEL
