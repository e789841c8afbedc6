// Value, gradient and Hessian of the binary cross-entropy with one read of z and y and one e^-|z|; derivation and bound
// in binary_cross_entropy.hpp.
#include "functions/binary_cross_entropy.hpp"
#include "functions/elementwise_binary.hpp"

namespace verhulst::VERHULST_LEVEL {
namespace {

template <class Format>
Vec rounded(Pair p) {
    if constexpr (std::is_same_v<Format, Float64>)
        return p.hi + p.lo;
    else
        return round_to_odd(two_sum(p.hi, p.lo));
}

template <class Format, class Storage = typename Format::Storage>
void all_three(const Storage* z, const Storage* y, Storage* value, Storage* gradient, Storage* hessian) {
    const BinaryCrossEntropy loss(Format::load(z), Format::load(y));
    const BinaryCrossEntropy::Denominator denominator = loss.denominator();
    Format::store(value, rounded<Format>(loss.value()));
    Format::store(gradient, rounded<Format>(loss.gradient(denominator)));
    Format::store(hessian, rounded<Format>(loss.hessian(denominator)));
}

template <class Format>
void kernel(const char* const* in, char* const* out, std::ptrdiff_t n) {
    using Storage = typename Format::Storage;
    const Storage* z = reinterpret_cast<const Storage*>(in[0]);
    const Storage* y = reinterpret_cast<const Storage*>(in[1]);
    Storage* to[3];
    for (int k = 0; k < 3; ++k) to[k] = reinterpret_cast<Storage*>(out[k]);
    std::ptrdiff_t i = 0;
    for (; i + lanes <= n; i += lanes) all_three<Format>(z + i, y + i, to[0] + i, to[1] + i, to[2] + i);
    if (i < n) {
        Storage block[5][lanes] = {};
        std::copy(z + i, z + n, block[0]);
        std::copy(y + i, y + n, block[1]);
        all_three<Format>(block[0], block[1], block[2], block[3], block[4]);
        for (int k = 0; k < 3; ++k) std::copy(block[2 + k], block[2 + k] + (n - i), to[k] + i);
    }
}

}  // namespace

extern const Kernels _binary_cross_entropy_all;
const Kernels _binary_cross_entropy_all = {{kernel<Float16>, kernel<BFloat16>, kernel<Float32>, kernel<Float64>}};

}  // namespace verhulst::VERHULST_LEVEL
