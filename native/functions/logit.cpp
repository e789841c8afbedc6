// logit(p) = log(p/(1 - p))
//
// Formula.  With q + q_lo = 1 - p exactly (q_lo = 0 for p >= 1/2), and k, c from p/q as in simd/log_pair.hpp:
//   p/(1 - p) = 2^k (1 + r)/c, r = (g p - q - q_lo)/(q + q_lo), g = 2^-k c.
//   g p is taken exactly, as n + n_lo (fma); n - q is exact (Sterbenz: |r| <= 1/30). So r has full relative accuracy
//   even at p = 1/2, where g = 1 and r = (2p - 1)/(1 - p). r.hi = (n - q) (1/q), wrong by 1.5 units; r.lo = what
//   multiply-adds find missing, times 1/q.
// Error.    r is good to 2^-103 of itself or, where g is not 1, to 2^-104; the logarithm to 2^-61 where that is
//   largest, |r| = 1/30. At most 0.503 units in the last place.
// Scale.    p < 2^-1000 is multiplied by 2^100 first (and k lowered): 1 - p is 1 there.
// Tested    against 1300-bit MPFR on (0, 1), dense near 1/2, 0 and 1.
#include "functions/elementwise.hpp"
#include "simd/log_floats.hpp"
#include "simd/log_pair.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

struct Logit {
    // 2^-1000 <= p < 1.
    static inline Pair pair(Vec p) {
        logarithm::Place at;
        const Pair r = reduced(p, at);
        return logarithm::finish(r, at);
    }
    static inline Pair reduced(Vec p, logarithm::Place& at) {
        const Vec q = 1.0 - p;
        const Vec q_lo = (1.0 - q) - p;
        const Vec reciprocal = 1.0 / q;
        at = logarithm::place(p * reciprocal);
        const Vec g = at.scaled(at.c);
        const Vec n = g * p;
        const Vec n_lo = fma(g, p, -n);
        const Vec difference = n - q;
        const Vec hi = difference * reciprocal;
        const Vec rest = fnma(hi, q, difference) + (n_lo - fma(hi, q_lo, q_lo));
        return {hi, rest * reciprocal};
    }
    // For any p at all.
    __attribute__((noinline)) static Pair ends(Vec p) {
        const Mask tiny = p < Vec(0x1p-1000);
        const Mask inside = (Vec(0.0) < p) & (p < Vec(1.0));
        const Vec safe = select(inside, select(tiny, p * 0x1p100, p), Vec(0.5));
        logarithm::Place at;
        const Pair r = reduced(safe, at);
        at.k = at.k - select(tiny, Vec(100.0), Vec(0.0));
        const Pair y = logarithm::finish(r, at);
        const Vec right_end = select(p == Vec(1.0), Vec(HUGE_VAL), Vec(std::nan("")));
        const Vec at_ends = select(p == Vec(0.0), Vec(-HUGE_VAL), right_end);
        return select(inside, y, Pair{at_ends, 0.0});
    }
    static inline Mask usual(Vec p) { return (Vec(0x1p-1000) <= p) & (p < Vec(1.0)); }
    static inline Vec common(Vec p) {
        const Pair y = pair(p);
        return y.hi + y.lo;
    }
    static inline Vec wide(Vec p) {
        const Pair y = ends(p);
        return y.hi + y.lo;
    }
    static inline Pair narrow(Vec p) {
        const Pair y = all(usual(p)) ? pair(p) : ends(p);
        return fast_two_sum(y.hi, y.lo);
    }

    static inline Limit limit(Vec p) { return {~((Vec(0.0) <= p) & (p <= Vec(1.0))), Vec(std::nan(""))}; }

    // The same r with one rounding instead of a low part: 1 - p is exact for the narrow p near 1/2, where r is small.
    // One division for both: 1/q = q'/(q q').
    static constexpr int quick_good = 42;
    static constexpr double quick_reach = 1 - 0x1p-25, quick_least = 0x1p-126;
    static inline Two quick(Two p) {
        const Vec a = 1.0 - p.a, b = 1.0 - p.b;
        const Vec both = 1.0 / (a * b);
        return {quick(p.a, a, b * both), quick(p.b, b, a * both)};
    }
    static inline Vec quick(Vec p, Vec q, Vec reciprocal) {
        const logarithm::Place at = logarithm::place(p * reciprocal);
        const Vec r = fma(at.scaled(at.c), p, -q) * reciprocal;
        const Vec y = logarithm::finish_quick(r, multiply_add(at.k, logarithm::log2_hi, at.log));
        return select(Vec(0.0) < p, y, select(p == Vec(0.0), Vec(-HUGE_VAL), Vec(std::nan(""))));
    }

#ifdef VERHULST_FLOATS
    // -logit(m) has the digits of logit(m), m = min(p, 1 - p), which is a float: no low part of 1 - p is needed. With g = 2^-k c
    // from about m/(1 - m), as in log_floats.hpp,
    //   logit(m) = k log 2 + log(1/c) + 2 atanh(r), r = (g m - (1 - m))/(g m + (1 - m)) = ((g + 1) m - 1)/((g - 1) m + 1),
    // |r| <= 1/34. g + 1 and g - 1 are exact; (g + 1) m = n + n_lo (fma), n - 1 is exact, and so is 1 - D, D in [1, 2.1].
    // Near p = 1/2, g = 1: r = 2m - 1, D = 1, k log 2 + log(1/c) = 0, and nothing is lost.
    // atanh(r) = r + r^3 P(r^2), P minimax of degree 1: 2^-37.8 of r.
    // Error: all floats were compared with doubles, with c from m/(1 - m) itself and from it times 1 +- 2^-10: 2^-15.16 of the
    // rest (2^-33.9 of the result).
    static inline FloatMask floats_inside(Floats p) { return Floats(0x1p-23f) <= min(p, 1.0f - p); }
    static inline Corrected floats(Floats p) {
        const Floats q = 1.0f - p;
        const Floats m = min(p, q);
        const logarithm::FloatPlace at = logarithm::float_place(m * rough_reciprocal(max(p, q)));
        const Floats G = at.g + 1.0f, H = at.g - 1.0f;
        const Floats n = G * m;
        const Floats n_lo = fma(G, m, -n);
        const Floats N = n - 1.0f;
        const Floats D = fma(H, m, 1.0f);
        const Floats D_lo = fma(H, m, 1.0f - D);
        const Floats reciprocal = 1.0f / D;
        const Floats r = (N + n_lo) * reciprocal;
        const Floats r_lo = fnma(r, D_lo, fnma(r, D, N) + n_lo) * reciprocal;
        const Floats r2 = r * r;
        const Floats rest = fma(r, r2 * fma(r2, 0x1.99f5f2p-3f, 0x1.555552p-2f), r_lo);
        const Floats y = fma(2.0f, r, at.log);
        const Floats y_lo = fma(2.0f, rest, at.log_lo + fma(2.0f, r, at.log - y));
        const FloatBits sign = bits(q - p) & FloatBits(std::uint32_t{0x80000000});  // added: 1 + 1 = 0 there
        return {from_bits(bits(y) + sign), from_bits(bits(y_lo) + sign), 0x1p-15f};
    }
#endif
};

}  // namespace

extern const Kernels logit;
const Kernels logit = elementwise<Logit>();

}  // namespace verhulst::VERHULST_LEVEL
