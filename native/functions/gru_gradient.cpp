// The gradient of gru_step.cpp: from its arguments and the gradient y by the new h', those by a_r, a_z,
// a_n, b_r, b_z, b_n and h. With r = s(a_r + b_r), z = s(a_z + b_z), s(x) = 1/(1 + e^-x), x = a_n + r b_n, n = tanh(x),
//   a_n_ = y (1 - z) tanh'(x)     a_z_ = b_z_ = y (h - n) s'(a_z + b_z)     a_r_ = b_r_ = a_n_ b_n s'(a_r + b_r)
//   b_n_ = a_n_ r                 h_ = y z
//
// float64: each to 2^-57 of the product of the magnitudes (|h| + |n| for h - n) before the rounding, times 1 + |r b_n|, the error
// that tanh' has from x; the narrow formats: 2^-40, and for 16 bits the rounding goes by way of float32.
#include <initializer_list>

#include "functions/gates.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct GruGradient {
    static constexpr int inputs = 8, outputs = 7;  // a_r, a_z, a_n, b_r, b_z, b_n, h, y

    template <class Format, class Storage = typename Format::Storage>
    static void accurate(const Vec* in, Storage* const* out) {
        using namespace gates;
        const Gate reset = gate(finite(two_sum(in[0], in[3]))), update = gate(finite(two_sum(in[1], in[4])));
        const Pair b_n = whole(in[5]), y = whole(in[7]);
        const Pair x = whole(in[2]) + reset.value * b_n, n = candidate(x);
        const Pair by_n = y * (update.complement * slope(x));
        const Pair by_r = by_n * (b_n * (reset.value * reset.complement));
        const Pair by_z = y * ((whole(in[6]) + Pair{-n.hi, -n.lo}) * (update.value * update.complement));
        for (int j : {0, 3}) write<Format>(out[j], by_r);
        for (int j : {1, 4}) write<Format>(out[j], by_z);
        write<Format>(out[2], by_n);
        write<Format>(out[5], by_n * reset.value);
        write<Format>(out[6], y * update.value);
    }

    template <class Format, class Storage = typename Format::Storage>
    static inline void quick(const gates::Several* in, Storage* const* out, Mask* valid) {
        using gates::ValueAndSlope;
        for (int v = 0; v < gates::together; ++v) {
            const auto at = [&](int j) { return in[j].at[v]; };
            const auto store = [&](int j, Vec value) { Format::store_certain(out[j] + v * lanes, value); };
            const Vec of_r = at(0) + at(3), of_z = at(1) + at(4), b_n = at(5), y = at(7);
            const Vec e = exp_quick<fma>(-of_z), z = 1.0 / (1.0 + e), rest = e * z;
            const ValueAndSlope r = gates::sigmoid_and_slope(of_r);
            const Vec x = fma(r.value, b_n, at(2));
            const ValueAndSlope n = gates::tanh_and_slope(x);
            const Vec by_n = y * (rest * n.slope), by_r = by_n * (b_n * r.slope);
            const Vec by_z = y * ((at(6) - n.value) * (z * rest)), by_b = by_n * r.value, by_h = y * z;
            const Vec sum = ((by_r + by_z) + (by_n + by_b)) + by_h;
            valid[v] = (gates::larger(of_r, of_z) <= Vec(87.0)) & (abs(x) <= Vec(300.0)) & (sum - sum == Vec(0.0));
            for (int j : {0, 3}) store(j, by_r);
            for (int j : {1, 4}) store(j, by_z);
            store(2, by_n);
            store(5, by_b);
            store(6, by_h);
        }
    }
};

}  // namespace

extern const Kernels _gru_gradient;
const Kernels _gru_gradient = gates::kernels<GruGradient>();

}  // namespace verhulst::VERHULST_LEVEL
