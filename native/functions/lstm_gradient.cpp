// The gradient of lstm_step.cpp: from the arguments of the gates (i, f, g, o), the state c, the new c' and the gradients by the
// new h' and c', those by i, f, g, o and c. With s(z) = 1/(1 + e^-z),
//   k = c'_ + h'_ s(o) tanh'(c')      i_ = k tanh(g) s'(i)     f_ = k c s'(f)     g_ = k s(i) tanh'(g)
//   o_ = h'_ tanh(c') s'(o)           c_ = k s(f)
//
// Only k has two terms; the rest are products. float64: each to 2^-57 of the product of the magnitudes before the rounding; the
// narrow formats: 2^-40, and for 16 bits the rounding goes by way of float32.
#include "functions/gates.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct LstmGradient {
    static constexpr int inputs = 8, outputs = 5;

    template <class Format, class Storage = typename Format::Storage>
    static void accurate(const Vec* in, Storage* const* out) {
        using namespace gates;
        const Gate i = gate(whole(in[0])), f = gate(whole(in[1])), o = gate(whole(in[3]));
        const Pair g = whole(in[2]), c = whole(in[4]), new_c = whole(in[5]), by_h = whole(in[6]), by_c = whole(in[7]);
        const Pair k = by_c + by_h * (o.value * slope(new_c));
        write<Format>(out[0], k * (candidate(g) * (i.value * i.complement)));
        write<Format>(out[1], k * (c * (f.value * f.complement)));
        write<Format>(out[2], k * (i.value * slope(g)));
        write<Format>(out[3], by_h * (candidate(new_c) * (o.value * o.complement)));
        write<Format>(out[4], k * f.value);
    }

    template <class Format, class Storage = typename Format::Storage>
    static inline void quick(const gates::Several* in, Storage* const* out, Mask* valid) {
        using gates::ValueAndSlope;
        for (int v = 0; v < gates::together; ++v) {
            const auto x = [&](int j) { return in[j].at[v]; };
            const auto store = [&](int j, Vec y) { Format::store_certain(out[j] + v * lanes, y); };
            const Vec furthest_gate = gates::larger(gates::larger(x(0), x(1)), x(3)),
                      furthest = gates::larger(x(2), x(5));
            const ValueAndSlope o = gates::sigmoid_and_slope(x(3)), new_c = gates::tanh_and_slope(x(5));
            const Vec k = fma(x(6), o.value * new_c.slope, x(7));
            const Vec by_o = x(6) * (new_c.value * o.slope);
            const ValueAndSlope i = gates::sigmoid_and_slope(x(0)), f = gates::sigmoid_and_slope(x(1)),
                                g = gates::tanh_and_slope(x(2));
            const Vec by_i = k * (g.value * i.slope), by_f = k * (x(4) * f.slope);
            const Vec by_g = k * (i.value * g.slope), by_c = k * f.value;
            // An argument that is nan makes a sum of all results nan; so does what overflows.
            const Vec sum = ((by_i + by_f) + (by_g + by_o)) + by_c;
            valid[v] = (furthest_gate <= Vec(87.0)) & (furthest <= Vec(300.0)) & (sum - sum == Vec(0.0));
            store(0, by_i);
            store(1, by_f);
            store(2, by_g);
            store(3, by_o);
            store(4, by_c);
        }
    }
};

}  // namespace

extern const Kernels _lstm_gradient;
const Kernels _lstm_gradient = gates::kernels<LstmGradient>();

}  // namespace verhulst::VERHULST_LEVEL
