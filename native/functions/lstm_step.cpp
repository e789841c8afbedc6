// What an LSTM cell does after its matrix products, in one read: from the arguments of the gates (i, f, g, o) and the
// state c, the new h and c,
//   c' = s(f) c + s(i) tanh(g)      h' = s(o) tanh(c'),      s(z) = 1/(1 + e^-z).
//
// c' is rounded once, and h' is computed from the rounded c' and rounded once (float64: 0.51 ULP where nothing cancels; in
//   general 2^-53 of c' and 2^-58 of |s(f) c| + |s(i) tanh(g)|). The narrow formats: to the nearest, save where the terms
//   cancel to within 2^-30 of each other.
// Roughly, with a = 1 + e^-i, b = 1 + e^-f, m = e^-2|g| - 1: tanh|g| = -m/(2 + m), and one division makes
//   c' = (c a (2 + m) -+ m b)/(a b (2 + m)); a second one h'.
#include "functions/gates.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LstmStep {
    static constexpr int inputs = 5, outputs = 2;

    template <class Format, class Storage = typename Format::Storage>
    static void exact(const Vec* in, Storage* const* out) {
        using namespace gates;
        const Pair kept = gate(whole(in[1])).open * whole(in[4]);
        const Pair added = gate(whole(in[0])).open * candidate(whole(in[2]));
        write<Format>(out[1], kept + added);
        const Vec c = Format::load(out[1]);
        write<Format>(out[0], gate(whole(in[3])).open * candidate(whole(c)));
    }

    template <class Format, class Storage = typename Format::Storage>
    static inline bool near(const gates::Several* in, Storage* const* out) {
        using gates::together;
        Vec c[together], h[together];
        Storage c_out[together * lanes];
        Mask sure = in[0].at[0] == in[0].at[0];
        for (int k = 0; k < together; ++k) {
            const Vec i = in[0].at[k], f = in[1].at[k], g = in[2].at[k];
            const Vec a = 1.0 + exp_quick(-i), b = 1.0 + exp_quick(-f), m = gates::decay(g);
            const Vec a_m = a * (2.0 + m);
            const Vec scale = 1.0 / (a_m * b);
            const Vec kept = in[4].at[k] * a_m, added = copysign(m * b, g);
            const Vec error = (abs(kept) + abs(added)) * (0x1p-42 * scale);
            c[k] = (kept + added) * scale;
            sure = sure & (abs(i) <= Vec(87.0)) & (abs(f) <= Vec(87.0)) & gates::surely_within<Format>(c[k], error);
        }
        for (int k = 0; k < together; ++k) Format::store_near(c_out + k * lanes, c[k]);
        for (int k = 0; k < together; ++k) {
            const Vec o = in[3].at[k], state = Format::load(c_out + k * lanes), m = gates::decay(state);
            h[k] = copysign(m / ((1.0 + exp_quick(-o)) * (2.0 + m)), state);
            sure = sure & (abs(o) <= Vec(87.0)) & surely<Format, 42>(h[k]) & (Vec(Format::least) <= abs(h[k]));
        }
        if (!all(sure)) return false;
        std::copy_n(c_out, together * lanes, out[1]);
        for (int k = 0; k < together; ++k) Format::store_near(out[0] + k * lanes, h[k]);
        return true;
    }
};

}  // namespace

extern const Kernels _lstm_step;
const Kernels _lstm_step = gates::kernels<LstmStep>();

}  // namespace verhulst::VERHULST_LEVEL
