#include "references.hpp"

#include <cmath>
#include <cstring>

using namespace filter;

namespace {

constexpr double ln2_hi = 0x1.62e42fefa39efp-1;
constexpr double ln2_lo = 0x1.abc9e3b39803fp-56;
constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1;
constexpr double one_over_sqrt_two_pi = 0x1.9884533d43651p-2;

// Arguments beyond ±800 change nothing in double or narrower and would only overflow on the way.
D clamp(D x) { return min(max(x, -800), 800); }
D decay(D x) { return exp(-abs(clamp(x))); }
Filtered relative(D value) { return {value, abs(value)}; }
// step + bump, two terms of which the second is negative in the left tail, where it outweighs the first.
Filtered sum(D x, D step, D bump) {
    const D value = step + bump;
    return {(value == 0) & (x < -1) ? all(-0.0) : value, abs(step) + abs(bump)};
}

// ---- filters -------------------------------------------------------------------------------------------------

D sigmoid(D x) {
    const D t = decay(x);
    return (x < 0 ? t : all(1)) / (1 + t);
}
Filtered sigmoid_filter(D x) { return relative(sigmoid(x)); }
Filtered sigmoid_derivative_filter(D x) {
    const D t = decay(x), s = 1 + t;
    return relative(t / s / s);
}
Filtered sigmoid_second_derivative_filter(D x) {
    const D t = decay(x), s = 1 + t;
    const D size = t / s / s * (-expm1(-abs(clamp(x))) / s);
    return relative(x < 0 ? size : -size);
}
Filtered logit_filter(D p) {
    const D near_half = 2 * atanh(2 * p - 1);
    const D elsewhere = log(p / (1 - p));
    const I centre = (p > 0.25) & (p < 0.75);
    const D inside = centre ? near_half : elsewhere;
    return relative((p < 0) | (p > 1) ? all(std::nan("")) : inside);
}
D softplus(D x) {
    const D t = log1p(decay(x));
    return x > 0 ? x + t : t;
}
Filtered softplus_filter(D x) { return relative(softplus(x)); }
Filtered log_one_minus_sigmoid_filter(D x) { return relative(-softplus(x)); }
Filtered log_sigmoid_filter(D x) { return relative(-softplus(-x)); }
Filtered softplus_inverse_filter(D y) {
    // Near its zero at log 2 the function is log(1 + 2(e^d - 1)), d = y - log 2.
    const D d = (y - ln2_hi) - ln2_lo;
    const D near_zero = log1p(2 * expm1(min(max(d, -0.5), 0.5)));
    const D elsewhere = y > 1 ? y + log1p(-exp(-min(y, 800))) : log(expm1(min(y, 1)));
    const D inside = (d > -0.25) & (d < 0.25) ? near_zero : elsewhere;
    return relative(y < 0 ? all(std::nan("")) : inside);
}
Filtered log1m_exp_filter(D x) {
    const D c = max(x, -800);
    const D inside = x > -0.6931471805599453 ? log(-expm1(c)) : log1p(-exp(c));
    return relative(x > 0 ? all(std::nan("")) : inside);
}
Filtered tanh_filter(D x) { return relative(tanh(clamp(x))); }
Filtered tanh_derivative_filter(D x) {
    const D t = decay(2 * x), s = 1 + t;
    return relative(4 * t / s / s);
}
Filtered relu_filter(D x) { return relative(x > 0 ? x : all(0)); }
Filtered relu_derivative_filter(D x) { return relative(x > 0 ? all(1) : all(0)); }
Filtered hard_sigmoid_filter(D x) { return relative((min(max(x, -3), 3) + 3) / 6); }
Filtered hard_sigmoid_derivative_filter(D x) { return relative((x > -3) & (x < 3) ? all(1) / 6 : all(0)); }
Filtered silu_filter(D x) { return relative(x * sigmoid(x)); }
Filtered silu_derivative_filter(D x) {
    const D c = clamp(x);
    const D t = decay(x), s = 1 + t;
    const D step = sigmoid(x), bump = c * (t / s / s);
    return sum(x, step, bump);
}
D normal_cdf(D x) { return 0.5 * erfc(-sqrt_half * min(max(x, -45), 45)); }
Filtered gelu_filter(D x) { return relative(x * normal_cdf(x)); }
Filtered gelu_derivative_filter(D x) {
    const D c = min(max(x, -45), 45);
    const D step = normal_cdf(x), bump = c * one_over_sqrt_two_pi * exp(-0.5 * c * c);
    return sum(x, step, bump);
}

Filtered logit_derivative_filter(D p) { return relative((p < 0) | (p > 1) ? all(std::nan("")) : 1 / (p * (1 - p))); }
Filtered softplus_inverse_derivative_filter(D y) {
    return relative(y < 0 ? all(std::nan("")) : -1 / expm1(-min(y, 800)));
}
Filtered log1m_exp_derivative_filter(D x) { return relative(x > 0 ? all(std::nan("")) : -1 / expm1(-max(x, -700))); }

// ---- definitions ---------------------------------------------------------------------------------------------

struct Number {
    mpfr_t v;
    explicit Number(mpfr_t like) { mpfr_init2(v, mpfr_get_prec(like)); }
    ~Number() { mpfr_clear(v); }
    Number(const Number&) = delete;
};
constexpr mpfr_rnd_t N = MPFR_RNDN;

void sigmoid_exact(mpfr_t y, mpfr_t x) {
    Number t(y);
    mpfr_neg(t.v, x, N);
    mpfr_exp(t.v, t.v, N);
    mpfr_add_ui(t.v, t.v, 1, N);
    mpfr_ui_div(y, 1, t.v, N);
}
void sigmoid_derivative_exact(mpfr_t y, mpfr_t x) {
    Number t(y), s(y);
    mpfr_abs(t.v, x, N);
    mpfr_neg(t.v, t.v, N);
    mpfr_exp(t.v, t.v, N);
    mpfr_add_ui(s.v, t.v, 1, N);
    mpfr_sqr(s.v, s.v, N);
    mpfr_div(y, t.v, s.v, N);
}
void sigmoid_second_derivative_exact(mpfr_t y, mpfr_t x) {  // -σ'(z) tanh(z/2)
    Number t(y);
    mpfr_div_2ui(t.v, x, 1, N);
    mpfr_tanh(t.v, t.v, N);
    sigmoid_derivative_exact(y, x);
    mpfr_mul(y, y, t.v, N);
    mpfr_neg(y, y, N);
}
void logit_exact(mpfr_t y, mpfr_t p) {
    Number t(y);
    mpfr_neg(t.v, p, N);
    mpfr_log1p(t.v, t.v, N);
    mpfr_log(y, p, N);
    mpfr_sub(y, y, t.v, N);
}
void softplus_exact(mpfr_t y, mpfr_t x) {
    Number t(y);
    mpfr_abs(t.v, x, N);
    mpfr_neg(t.v, t.v, N);
    mpfr_exp(t.v, t.v, N);
    mpfr_log1p(t.v, t.v, N);
    if (mpfr_sgn(x) > 0)
        mpfr_add(y, t.v, x, N);
    else
        mpfr_set(y, t.v, N);
}
void log_one_minus_sigmoid_exact(mpfr_t y, mpfr_t x) {
    softplus_exact(y, x);
    mpfr_neg(y, y, N);
}
void log_sigmoid_exact(mpfr_t y, mpfr_t x) {
    Number t(x);
    mpfr_neg(t.v, x, N);
    log_one_minus_sigmoid_exact(y, t.v);
}
void softplus_inverse_exact(mpfr_t y, mpfr_t x) {  // x + log(1 - e^-x)
    Number t(y);
    mpfr_neg(t.v, x, N);
    mpfr_expm1(t.v, t.v, N);
    mpfr_neg(t.v, t.v, N);
    mpfr_log(t.v, t.v, N);
    mpfr_add(y, t.v, x, N);
}
void log1m_exp_exact(mpfr_t y, mpfr_t x) {
    Number t(y);
    if (mpfr_cmp_d(x, -0.6931471805599453) > 0) {
        mpfr_expm1(t.v, x, N);
        mpfr_neg(t.v, t.v, N);
        mpfr_log(y, t.v, N);
    } else {
        mpfr_exp(t.v, x, N);
        mpfr_neg(t.v, t.v, N);
        mpfr_log1p(y, t.v, N);
    }
}
void tanh_exact(mpfr_t y, mpfr_t x) { mpfr_tanh(y, x, N); }
void tanh_derivative_exact(mpfr_t y, mpfr_t x) {
    mpfr_sech(y, x, N);
    mpfr_sqr(y, y, N);
}
void relu_exact(mpfr_t y, mpfr_t x) {
    mpfr_set(y, x, N);
    if (!mpfr_nan_p(x) && mpfr_sgn(x) <= 0) mpfr_set_zero(y, 1);
}
void relu_derivative_exact(mpfr_t y, mpfr_t x) {
    mpfr_set_ui(y, mpfr_sgn(x) > 0, N);
    if (mpfr_nan_p(x)) mpfr_set_nan(y);
}
void hard_sigmoid_exact(mpfr_t y, mpfr_t x) {
    mpfr_add_ui(y, x, 3, N);
    if (mpfr_nan_p(x)) return;
    if (mpfr_sgn(y) <= 0) mpfr_set_zero(y, 1);
    if (mpfr_cmp_ui(y, 6) > 0) mpfr_set_ui(y, 6, N);
    mpfr_div_ui(y, y, 6, N);
}
void hard_sigmoid_derivative_exact(mpfr_t y, mpfr_t x) {
    mpfr_set_ui(y, mpfr_cmp_si(x, -3) > 0 && mpfr_cmp_si(x, 3) < 0, N);
    mpfr_div_ui(y, y, 6, N);
    if (mpfr_nan_p(x)) mpfr_set_nan(y);
}
void silu_exact(mpfr_t y, mpfr_t x) {
    sigmoid_exact(y, x);
    if (mpfr_inf_p(x) && mpfr_sgn(x) < 0)
        mpfr_set_zero(y, -1);
    else
        mpfr_mul(y, y, x, N);
}
void silu_derivative_exact(mpfr_t y, mpfr_t x) {  // σ + x σ'
    Number t(y);
    if (mpfr_cmp_d(x, 1e6) > 0) {
        mpfr_set_ui(y, 1, N);
        return;
    }
    if (mpfr_cmp_d(x, -1e6) < 0) {  // negative, below the least double, and perhaps below the least mpfr_t
        mpfr_set_zero(y, -1);
        return;
    }
    sigmoid_derivative_exact(t.v, x);
    mpfr_mul(t.v, t.v, x, N);
    sigmoid_exact(y, x);
    mpfr_add(y, y, t.v, N);
}
void normal_cdf_exact(mpfr_t y, mpfr_t x) {
    Number t(y);
    mpfr_set_ui(t.v, 2, N);
    mpfr_sqrt(t.v, t.v, N);
    mpfr_div(t.v, x, t.v, N);
    mpfr_neg(t.v, t.v, N);
    mpfr_erfc(t.v, t.v, N);
    mpfr_div_2ui(y, t.v, 1, N);
}
void gelu_exact(mpfr_t y, mpfr_t x) {
    normal_cdf_exact(y, x);
    if (mpfr_inf_p(x) && mpfr_sgn(x) < 0)
        mpfr_set_zero(y, -1);
    else
        mpfr_mul(y, y, x, N);
}
void gelu_derivative_exact(mpfr_t y, mpfr_t x) {  // Φ + x φ
    Number t(y), c(y);
    if (mpfr_cmp_si(x, -10000) < 0) {  // from below; at -38592 MPFR's own exponent range ends
        mpfr_set_zero(y, -1);
        return;
    }
    if (mpfr_cmp_si(x, 10000) > 0) {
        mpfr_set_ui(y, 1, N);
        return;
    }
    mpfr_sqr(t.v, x, N);
    mpfr_div_2ui(t.v, t.v, 1, N);
    mpfr_neg(t.v, t.v, N);
    mpfr_exp(t.v, t.v, N);
    mpfr_const_pi(c.v, N);
    mpfr_mul_2ui(c.v, c.v, 1, N);
    mpfr_sqrt(c.v, c.v, N);
    mpfr_div(t.v, t.v, c.v, N);
    mpfr_mul(t.v, t.v, x, N);
    normal_cdf_exact(y, x);
    mpfr_add(y, y, t.v, N);
}

void logit_derivative_exact(mpfr_t y, mpfr_t p) {
    if (mpfr_sgn(p) < 0 || mpfr_cmp_ui(p, 1) > 0) {
        mpfr_set_nan(y);
        return;
    }
    Number t(y);
    mpfr_ui_sub(t.v, 1, p, N);
    mpfr_mul(t.v, t.v, p, N);
    mpfr_ui_div(y, 1, t.v, N);
    mpfr_abs(y, y, N);  // -0 stands for 0
}
void softplus_inverse_derivative_exact(mpfr_t y, mpfr_t x) {
    Number t(y);
    mpfr_neg(t.v, x, N);
    mpfr_expm1(t.v, t.v, N);
    mpfr_si_div(y, -1, t.v, N);
    if (mpfr_sgn(x) < 0) mpfr_set_nan(y);
    if (mpfr_zero_p(x)) mpfr_set_inf(y, 1);
}
void log1m_exp_derivative_exact(mpfr_t y, mpfr_t x) {
    Number t(y);
    mpfr_neg(t.v, x, N);
    mpfr_expm1(t.v, t.v, N);
    mpfr_si_div(y, -1, t.v, N);
    if (mpfr_sgn(x) > 0) mpfr_set_nan(y);
    if (mpfr_zero_p(x)) mpfr_set_inf(y, -1);
}

// 256 ULP, for compositions of three or four functions of at most 4 ULP.
template <Filtered (*)(D)>
constexpr double filter_bound = 0x1p-45;
// The argument -x/√2 of erfc is rounded: a relative error of x²·2^-53 in the result, at most 2^-43 where erfc > 0.
template <>
constexpr double filter_bound<gelu_filter> = 0x1p-40;
template <>
constexpr double filter_bound<gelu_derivative_filter> = 0x1p-40;

}  // namespace

// Every function of one argument has a filter and a definition above.
const Reference references[] = {
#define OF_1(name) {#name, name##_filter, filter_bound<name##_filter>, name##_exact},
#define OF_2(name)
#define OF_5(name)
#define OF_7(name)
#define OF_8(name)
#define VERHULST_FUNCTION(name, inputs, outputs) OF_##inputs(name)
#include "functions/functions.def"
#undef VERHULST_FUNCTION
};
const int reference_count = sizeof references / sizeof *references;

const Reference* find_reference(const char* name) {
    for (const Reference& r : references)
        if (std::strcmp(r.name, name) == 0) return &r;
    return nullptr;
}

double round_to_odd(mpfr_t y) {
    const double d = mpfr_get_d(y, MPFR_RNDZ);
    if (std::isnan(d) || std::isinf(d) || mpfr_cmp_d(y, d) == 0) return d;
    std::uint64_t b;
    std::memcpy(&b, &d, sizeof b);
    if (d == 0) b = (mpfr_signbit(y) ? 0x8000000000000000u : 0);
    b |= 1;
    double odd;
    std::memcpy(&odd, &b, sizeof odd);
    return odd;
}
