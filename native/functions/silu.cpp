// silu(z) = z sigmoid(z) = z/(1 + e^-z)
//
// float64, |z| <= 690: sigmoid(z) as a pair, good to 2^-62.6 (see sigmoid.cpp), times z: 0.502 ULP.
//   z > 690: z, to 2^-995. z < -690: z e^z as a pair and a power of two, rounded once even where it is subnormal; -0 at
//   the left end.
// Narrow. Near 0, silu(z) = z/2 + z^2/4: for subnormal z, z/2 is a tie when z is odd, and z^2/4 breaks it upwards. The
//   pair has both terms, as sigmoid's has 1/2 and z/4.
// Test interval: all of float16, bfloat16, float32; float64 [-753, 40] and powers of two near 0.
#include "functions/elementwise.hpp"
#include "functions/sigmoid_floats.hpp"
#include "simd/exp_quick.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Silu {
    // z/(1 + e), e = e^-x.
    static inline Pair times_sigmoid(Vec z, Pair e) {
        const Pair s = fast_two_sum(max(Vec(1.0), e.hi), min(Vec(1.0), e.hi));
        const Quotient sigma = divide({1.0, 0.0}, {s.hi, s.lo + e.lo});
        const Vec hi = z * sigma.q;
        return {hi, fma(z, sigma.rest * sigma.r, fma(z, sigma.q, -hi))};
    }
    static inline Mask usual(Vec z) { return abs(z) <= Vec(690.0); }
    static inline Vec common(Vec z) {
        const Pair p = times_sigmoid(z, exp_minus_loose_pair(z));
        return copysign(p.hi + p.lo, z);
    }
    static Vec wide(Vec z) { return select(usual(z), common(z), copysign(ends(z), z)); }
    static Vec ends(Vec z) {
        const Vec x = max(Vec(-800.0), z);
        const ScaledPair e = exp_scaled(min(Vec(0.0), x));
        const Vec hi = x * e.value.hi;
        const Vec left = scale_once({hi, fma(x, e.value.lo, fma(x, e.value.hi, -hi))}, e.exponent);
        return select(z < Vec(0.0), left, z);
    }

    // silu(-200) rounds to -0 in every narrow format; 2^130 stands for infinity.
    static inline Pair narrow(Vec z) {
        const Vec inside = min(Vec(0x1p130), max(Vec(-200.0), z));
        const Pair p = times_sigmoid(inside, exp_pair(-min(Vec(200.0), inside)));
        const Pair sum = fast_two_sum(p.hi, p.lo);
        return {copysign(sum.hi, z), sum.lo};
    }

    static inline Limit limit(Vec z) { return {Vec(120.0) < abs(z), select(z < Vec(0.0), Vec(-0.0), z)}; }

    static constexpr int quick_good = 43;
    static constexpr double quick_reach = 87, quick_least = 0;
    static inline Two quick(Two z) {
        const Vec a = 1.0 + exp_quick(-z.a), b = 1.0 + exp_quick(-z.b);
        const Vec both = 1.0 / (a * b);
        return {z.a * (b * both), z.b * (a * both)};
    }

#ifdef VERHULST_FLOATS
    // z times the sigmoid and what it lacks. The products are normal, and so is what the first of them rounds off.
    static constexpr float floats_reach = 70, floats_least = 0x1p-90f;
    static inline Sum floats(Floats z) {
        const Estimate y = sigmoid_floats(z);
        const Floats p = z * y.value;
        return {p, fma(p, y.rest, fma(z, y.value, -p)), y.error};
    }
#endif
};

}  // namespace

extern const Kernels silu;
const Kernels silu = elementwise<Silu>();

}  // namespace verhulst::VERHULST_LEVEL
