// The sum of binary cross-entropies and their gradients; what is promised is in binary_cross_entropy_sum.hpp.
//
// Quick, for the narrow formats. With s = z where y = 0 and s = -z where y = 1, the loss is softplus(s), the gradient is
//   sigma(s) with the sign of z/s. Other labels: binary_cross_entropy_quick.hpp.
// Sum.      sum log(1 + h_i) = log(1 + M), M = product(1 + h_i) - 1, gathered by M <- M + h + M h: all terms are
//   positive, so M keeps its relative accuracy however small the h are, and one logarithm serves thousands of losses.
// Error.    h is good to 2^-46. M: two roundings a step, at most 2 steps_together more steps: 2^-44.9 with that.
//   d log(1 + M) <= log(1 + M) dM/M. The other part of the losses, sum w |z|, is added in as many steps. Blocks of steps
//   are added as pairs. Together below 2^-43: `sum_good`.
// Gradient. Hard labels: h/(1 + h) or 1/(1 + h), to 2^-44.
// Where the rounding of a gradient is not certain, a logit is far out, or a label is none: the pairs, for these few vectors.
#include <algorithm>

#include "functions/binary_cross_entropy.hpp"
#include "functions/binary_cross_entropy_kernel.hpp"
#include "functions/binary_cross_entropy_quick.hpp"
#include "functions/binary_cross_entropy_sum.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

constexpr int together = lanes == 8 ? 4 : 2;  // vectors, an even number
constexpr int block = together * lanes;
constexpr int steps_together = 128;  // blocks, after which the running product is put away: it is below 2^512
constexpr int sum_good = 42, hard_good = 42;

// Eight sums, of every eighth loss: a fixed order for every width.
struct FixedOrder {
    static constexpr int vectors = 8 / lanes;
    Pair sums[vectors];

    FixedOrder() {
        for (Pair& p : sums) p = {Vec(0.0), Vec(0.0)};
    }
    void add(int k, Vec loss) {
        Pair& p = sums[k % vectors];
        const Pair s = two_sum(p.hi, loss);
        p = {s.hi, p.lo + s.lo};
    }
    void flush(LossSum& sum) const {
        double hi[8], lo[8];
        for (int k = 0; k < vectors; ++k) {
            store(hi + k * lanes, sums[k].hi);
            store(lo + k * lanes, sums[k].lo);
        }
        for (int i = 0; i < 8; ++i) sum.add(hi[i], lo[i]);
    }
};

// `vectors` vectors by pairs.
template <class Format, int vectors, class Storage = typename Format::Storage>
static inline void accurate_block(const Storage* z, const Storage* y, Storage* gradient, const GradientScale& scale,
                                  FixedOrder& order) {
    for (int k = 0; k < vectors; ++k) {
        const Vec z_k = Format::load(z + k * lanes), y_k = Format::load(y + k * lanes);
        const BinaryCrossEntropy loss(z_k, y_k);
        const bool usual = all(BinaryCrossEntropy::usual(z_k, y_k));
        const Pair value = usual ? loss.value() : loss.value_at_ends();
        order.add(k, value.hi + value.lo);
        if (!gradient) continue;
        const Pair g = usual ? loss.gradient(loss.denominator()) : loss.gradient_at_ends();
        Format::store(gradient + k * lanes, rounded<Format>(multiply(g, {Vec(scale.hi), Vec(scale.lo)})));
    }
}

// The last few losses, fewer than `size`: made up with losses of 0.
template <class Storage>
struct Padded {
    Storage z[block], y[block] = {}, gradient[block];

    Padded(const Storage* from_z, const Storage* from_y, std::ptrdiff_t n, Storage minus_infinity) {
        std::fill_n(z, block, minus_infinity);
        std::copy_n(from_z, n, z);
        std::copy_n(from_y, n, y);
    }
};

template <class Format>
static inline typename Format::Storage minus_infinity() {
    typename Format::Storage all_lanes[lanes];
    Format::store(all_lanes, Vec(-HUGE_VAL));
    return all_lanes[0];
}

template <class Format>
void accurate(const char* z_bytes, const char* y_bytes, char* gradient_bytes, std::ptrdiff_t n,
              const GradientScale& scale, LossSum& sum) {
    using Storage = typename Format::Storage;
    const Storage* z = reinterpret_cast<const Storage*>(z_bytes);
    const Storage* y = reinterpret_cast<const Storage*>(y_bytes);
    Storage* gradient = reinterpret_cast<Storage*>(gradient_bytes);
    constexpr int step = 8;
    FixedOrder order;
    std::ptrdiff_t i = 0;
    for (; i + step <= n; i += step)
        accurate_block<Format, step / lanes>(z + i, y + i, gradient ? gradient + i : nullptr, scale, order);
    if (i < n) {
        Padded<Storage> last(z + i, y + i, n - i, minus_infinity<Format>());
        accurate_block<Format, step / lanes>(last.z, last.y, gradient ? last.gradient : nullptr, scale, order);
        if (gradient) std::copy_n(last.gradient, n - i, gradient + i);
    }
    order.flush(sum);
}

static inline Vec change_sign(Vec a, Bits flip) { return from_bits(bits(a) ^ flip); }

template <class Format, class Storage = typename Format::Storage>
class QuickSum {
  public:
    QuickSum(const GradientScale& scale, LossSum& sum) : scale_(scale), sum_(sum) { empty(); }
    ~QuickSum() {
        flush();
        accurate_.flush(sum_);
    }

    template <bool with_gradient>
    inline void add(const Storage* z_at, const Storage* y_at, Storage* gradient) {
        Vec z[together], y[together];
        for (int k = 0; k < together; ++k) z[k] = Format::load(z_at + k * lanes);
        for (int k = 0; k < together; ++k) y[k] = Format::load(y_at + k * lanes);
        Mask hard = is_hard(y[0]), usual = is_within_reach(z[0]);
        for (int k = 1; k < together; ++k) hard = hard & is_hard(y[k]);
        for (int k = 1; k < together; ++k) usual = usual & is_within_reach(z[k]);
        const bool done = all(usual) && (all(hard) ? add_hard<with_gradient>(z, y, gradient)
                                                   : add_soft<with_gradient>(z, y, gradient));
        if (!done) add_accurately(z_at, y_at, with_gradient ? gradient : nullptr);
    }
    __attribute__((noinline)) void add_accurately(const Storage* z, const Storage* y, Storage* gradient) {
        accurate_block<Format, together>(z, y, gradient, scale_, accurate_);
    }

  private:
    static inline Mask is_hard(Vec y) { return (y == Vec(0.0)) | (y == Vec(1.0)); }
    inline Mask is_within_reach(Vec z) const { return abs(z) <= Vec(scale_.reach); }

    // q[k] = top[k] scale/(1 + h[k]), one division for two.
    inline void quotients(const Vec* top, const Vec* h, Vec* q) const {
        for (int k = 0; k < together; k += 2) {
            const Vec a = 1.0 + h[k], b = 1.0 + h[k + 1];
            const Vec both = Vec(scale_.hi) / (a * b);
            q[k] = top[k] * (b * both);
            q[k + 1] = top[k + 1] * (a * both);
        }
    }

    template <bool with_gradient>
    inline bool add_hard(const Vec* z, const Vec* y, Storage* gradient) {
        Vec s[together], h[together], positive[together];
        Bits flip[together];
        for (int k = 0; k < together; ++k) {
            flip[k] = shift_left<2>(bits(y[k])) & Bits(sign_bit);  // of 1, and not of 0
            s[k] = change_sign(z[k], flip[k]);
            h[k] = exp_quick(-abs(s[k]));
            positive[k] = max(s[k], Vec(0.0));
        }
        if constexpr (with_gradient) {
            Vec top[together], q[together];
            for (int k = 0; k < together; ++k) top[k] = select(s[k] < Vec(0.0), h[k], Vec(1.0));
            quotients(top, h, q);
            Mask certain = rounding_certain<Format, hard_good>(q[0]);
            for (int k = 1; k < together; ++k) certain = certain & rounding_certain<Format, hard_good>(q[k]);
            if (!all(certain)) return false;
            for (int k = 0; k < together; ++k) Format::store_certain(gradient + k * lanes, change_sign(q[k], flip[k]));
        }
        gather(h, positive);
        return true;
    }

    template <bool with_gradient>
    inline bool add_soft(const Vec* z, const Vec* y, Storage* gradient) {
        Vec h[together], far[together], top[together], q[together];
        Mask left[together], certain = Vec(0.0) <= y[0];
        for (int k = 0; k < together; ++k) {
            const QuickBinaryCrossEntropy loss(z[k], y[k], scale_.reach);
            h[k] = loss.h;
            far[k] = loss.far();
            top[k] = loss.top();
            left[k] = loss.left;
            certain = certain & loss.usual;
            if (with_gradient) certain = certain & loss.usable(top[k]);
        }
        if constexpr (with_gradient) {
            quotients(top, h, q);
            for (int k = 0; k < together; ++k)
                certain = certain & rounding_certain<Format, QuickBinaryCrossEntropy::gradient_good>(q[k]) &
                          (Vec(Format::least) <= abs(q[k]));
        }
        if (!all(certain)) return false;
        if constexpr (with_gradient)
            for (int k = 0; k < together; ++k)
                Format::store_certain(gradient + k * lanes, select(left[k], q[k], -q[k]));
        gather(h, far);
        return true;
    }

    static inline Vec with(Vec m, Vec h) { return multiply_add(m, h, m + h); }
    inline void gather(Vec* h, Vec* far) {
        for (int width = together / 2; width > 0; width /= 2)
            for (int k = 0; k < width; ++k) {
                h[k] = with(h[k], h[k + width]);
                far[k] = far[k] + far[k + width];
            }
        product_ = with(product_, h[0]);
        far_ = far_ + far[0];
        if (++steps_ == steps_together) flush();
    }

    void empty() {
        product_ = far_ = Vec(0.0);
        steps_ = 0;
    }
    __attribute__((noinline)) void flush() {
        double product[lanes], far[lanes];
        store(product, product_);
        store(far, far_);
        for (int i = 0; i < lanes; ++i) {
            sum_.add(std::log1p(product[i]));
            sum_.add(far[i]);
        }
        empty();
    }

    const GradientScale& scale_;
    LossSum& sum_;
    FixedOrder accurate_;
    Vec product_, far_;
    int steps_;
};

template <class Format, bool with_gradient, class Storage = typename Format::Storage>
void quick_losses(const Storage* z, const Storage* y, Storage* gradient, std::ptrdiff_t n, const GradientScale& scale,
                  LossSum& sum) {
    QuickSum<Format> quick(scale, sum);
    std::ptrdiff_t i = 0;
    for (; i + block <= n; i += block)
        quick.template add<with_gradient>(z + i, y + i, with_gradient ? gradient + i : nullptr);
    if (i < n) {
        Padded<Storage> last(z + i, y + i, n - i, minus_infinity<Format>());
        quick.add_accurately(last.z, last.y, with_gradient ? last.gradient : nullptr);
        if (with_gradient) std::copy_n(last.gradient, n - i, gradient + i);
    }
}

template <class Format>
void quick(const char* z_bytes, const char* y_bytes, char* gradient_bytes, std::ptrdiff_t n, const GradientScale& scale,
           LossSum& sum) {
    using Storage = typename Format::Storage;
    const Storage* z = reinterpret_cast<const Storage*>(z_bytes);
    const Storage* y = reinterpret_cast<const Storage*>(y_bytes);
    Storage* gradient = reinterpret_cast<Storage*>(gradient_bytes);
    if (gradient)
        quick_losses<Format, true>(z, y, gradient, n, scale, sum);
    else
        quick_losses<Format, false>(z, y, gradient, n, scale, sum);
}

template <class Format>
bool round(const LossSum& sum, double divisor, bool quick, char* out) {
    using Storage = typename Format::Storage;
    Storage results[lanes];
    const bool finite = std::abs(sum.hi) < HUGE_VAL;
    const Pair total = {Vec(sum.hi), Vec(finite ? sum.lo : 0.0)};
    if constexpr (is_wide<Format>) {
        Format::store(results, finite ? VERHULST_LEVEL::round(divide(total, {Vec(divisor), Vec(0.0)})) : total.hi);
    } else if (quick) {
        const Vec mean = (total.hi + total.lo) / Vec(divisor);
        if (finite && !all(rounding_certain<Format, sum_good>(mean) & (Vec(Format::least) <= mean))) return false;
        Format::store_certain(results, mean);
    } else {
        Format::store(results, finite ? round_to_odd(pair(divide(total, {Vec(divisor), Vec(0.0)}))) : total.hi);
    }
    std::copy_n(results, 1, reinterpret_cast<Storage*>(out));
    return true;
}

template <class Format>
constexpr LossSumKernels narrow_sums() {
    return {quick<Format>, accurate<Format>, round<Format>, Format::least};
}

}  // namespace

extern const LossSumKernelsByType loss_sums;
const LossSumKernelsByType loss_sums = {{narrow_sums<Float16>(),
                                         narrow_sums<BFloat16>(),
                                         narrow_sums<Float32>(),
                                         {accurate<Float64>, accurate<Float64>, round<Float64>, 0x1p-1022}}};

}  // namespace verhulst::VERHULST_LEVEL
