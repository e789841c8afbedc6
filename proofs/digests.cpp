#include "digests.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "formats.hpp"
#include "samples.hpp"

namespace verhulst {
namespace {

struct Signature {
    const char* name;
    int inputs, outputs;
};
constexpr Signature functions[] = {
#define VERHULST_FUNCTION(name, inputs, outputs) {#name, inputs, outputs},
#include "functions/functions.def"
#undef VERHULST_FUNCTION
};
constexpr const char* row_functions[] = {
#define VERHULST_ROW_FUNCTION(name, signature) #name,
#include "functions/row_functions.def"
#undef VERHULST_ROW_FUNCTION
};
constexpr const char* type_names[] = {"float16", "bfloat16", "float32", "float64"};
constexpr int most_arguments = 15;
constexpr std::size_t block = 4096;

// The finaliser of splitmix64 (S. Vigna, 2015).
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

// Numbers of a type, in memory as its kernels want them.
class Numbers {
  public:
    Numbers(Type type, std::size_t n) : type_(type), words_((n * size() + 7) / 8) {}

    std::size_t size() const { return type_ == float64 ? 8 : type_ == float32 ? 4 : 2; }
    char* data() { return reinterpret_cast<char*>(words_.data()); }
    void set_bits(std::size_t i, std::uint64_t bits) { std::memcpy(data() + i * size(), &bits, size()); }
    void set(std::size_t i, double x) { set_bits(i, type_ == float64 ? bits64(x) : encode(formats[type_], x)); }

    // The bits, those of one nan for all.
    std::uint64_t canonical(std::size_t i) const {
        std::uint64_t bits = 0;
        std::memcpy(&bits, reinterpret_cast<const char*>(words_.data()) + i * size(), size());
        const int fraction = type_ == float64 ? 52 : formats[type_].precision - 1, width = static_cast<int>(8 * size());
        const std::uint64_t magnitude = bits & ((std::uint64_t{1} << (width - 1)) - 1);
        const std::uint64_t infinity = (std::uint64_t{1} << (width - 1)) - (std::uint64_t{1} << fraction);
        return magnitude > infinity ? infinity + 1 : bits;
    }

  private:
    Type type_;
    std::vector<std::uint64_t> words_;
};

class Digest {
  public:
    void add(std::uint64_t bits) { state_ = (state_ ^ bits) * 0x9e3779b97f4a7c15u, state_ ^= state_ >> 29; }
    void add(const Numbers& numbers, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) add(numbers.canonical(i));
    }
    std::string line(const std::string& name, Type type, std::size_t count) const {
        char text[160];
        std::snprintf(text, sizeof text, "%s %s %zu %016llx\n", name.c_str(), type_names[type], count,
                      static_cast<unsigned long long>(state_));
        return text;
    }

  private:
    std::uint64_t state_ = 0;
};

// The i-th value of argument j in a sample: any bit pattern, a number of few digits, a probability, a label.
double sampled(std::size_t i, int j) {
    const std::uint64_t r = mixed(i * 16 + static_cast<std::uint64_t>(j));
    const double unit = static_cast<double>(r >> 11) * 0x1p-53;
    switch (r & 3) {
        case 0:
            return from_bits64(mixed(r));
        case 1:
            return std::floor((unit - 0.5) * 256) / 16;
        case 2:
            return j == 1 ? unit : (unit - 0.5) * 20;
        default:
            return static_cast<double>(mixed(r) & 1);
    }
}

// count numbers, of which fill(numbers, first, n) writes n from the first-th on; a block at a time.
template <class Fill>
std::string function_line(const Level& level, int index, Type type, std::size_t count, const Fill& fill) {
    const Signature& f = functions[index];
    std::vector<Numbers> in(static_cast<std::size_t>(f.inputs), Numbers(type, block));
    std::vector<Numbers> out(static_cast<std::size_t>(f.outputs), Numbers(type, block));
    const char* from[most_arguments];
    char* to[most_arguments];
    for (std::size_t j = 0; j < in.size(); ++j) from[j] = in[j].data();
    for (std::size_t j = 0; j < out.size(); ++j) to[j] = out[j].data();
    Digest digest;
    for (std::size_t first = 0; first < count; first += block) {
        const std::size_t n = std::min(block, count - first);
        for (std::size_t j = 0; j < in.size(); ++j) fill(in[j], first, n, static_cast<int>(j));
        level.functions[index]->by_type[type](from, to, static_cast<std::ptrdiff_t>(n));
        for (const Numbers& y : out) digest.add(y, n);
    }
    return digest.line(f.name, type, count);
}

std::string of_one_argument(const Level& level, int index, int float32_bits, std::size_t points) {
    std::string lines;
    for (const Type type : {float16, bfloat16})
        lines += function_line(level, index, type, 1u << 16, [](Numbers& x, std::size_t first, std::size_t n, int) {
            for (std::size_t i = 0; i < n; ++i) x.set_bits(i, first + i);
        });
    lines += function_line(level, index, float32, std::size_t{1} << float32_bits,
                           [=](Numbers& x, std::size_t first, std::size_t n, int) {
                               const int wide = 32 - float32_bits;
                               const std::uint64_t inside = (std::uint64_t{1} << wide) - 1;
                               for (std::size_t i = 0; i < n; ++i)
                                   x.set_bits(i, (first + i) << wide | (mixed(first + i) & inside));
                           });
    std::vector<double> all;
    for (const Stratum& s : strata(points)) all.insert(all.end(), s.points.begin(), s.points.end());
    lines += function_line(level, index, float64, all.size(), [&](Numbers& x, std::size_t first, std::size_t n, int) {
        std::memcpy(x.data(), all.data() + first, n * sizeof(double));
    });
    return lines;
}

std::string of_several_arguments(const Level& level, int index) {
    std::string lines;
    for (int type = 0; type < type_count; ++type)
        lines += function_line(level, index, static_cast<Type>(type), 1u << 15,
                               [](Numbers& x, std::size_t first, std::size_t n, int j) {
                                   for (std::size_t i = 0; i < n; ++i) x.set(i, sampled(first + i, j));
                               });
    return lines;
}

std::string of_rows(const Level& level) {
    std::string lines;
    for (int f = 0; f < row_function_count; ++f)
        for (int t = 0; t < type_count; ++t) {
            const Type type = static_cast<Type>(t);
            Digest digest;
            std::size_t count = 0;
            for (std::size_t n : {1, 2, 3, 7, 8, 9, 32, 33, 100, 1000}) {
                const std::size_t rows = 4000 / n;
                Numbers z(type, rows * n), y(type, rows * n);
                // Rows of ordinary numbers, and every fifth one of any.
                for (std::size_t i = 0; i < rows * n; ++i)
                    z.set(i, i / n % 5 ? std::fmod(sampled(i, 0), 100) : sampled(i, 0));
                const auto step = static_cast<std::ptrdiff_t>(n * z.size());
                level.row_functions[f]->by_type[t](z.data(), step, y.data(), step, static_cast<std::ptrdiff_t>(n),
                                                   static_cast<std::ptrdiff_t>(rows));
                const bool one = std::strcmp(row_functions[f], "logsumexp") == 0;
                for (std::size_t i = 0; i < rows * n; i += one ? n : 1) digest.add(y.canonical(i));
                count += rows * n;
            }
            lines += digest.line(row_functions[f], type, count);
        }
    return lines;
}

// As loss_sums.cpp asks for them, in one chunk; labels 0 and 1, then any.
std::string of_loss_sums(const Level& level) {
    std::string lines;
    constexpr std::size_t n = 20000;
    for (int t = 0; t < type_count; ++t) {
        const Type type = static_cast<Type>(t);
        const LossSumKernels& kernels = level.loss_sums->by_type[t];
        const double share = 1.0 / n;
        const GradientScale scale = {share, std::fma(-share, static_cast<double>(n), 1.0) * share,
                                     std::min(87.0, std::log(share / kernels.least) - 0.7)};
        Digest digest;
        for (const bool hard : {true, false}) {
            Numbers z(type, n), y(type, n), gradient(type, n), out(type, 1);
            for (std::size_t i = 0; i < n; ++i) {
                z.set(i, std::fmod(sampled(i, 0), 100));
                const double label = std::fmod(std::fabs(sampled(i, 1)), 1);
                y.set(i, hard ? std::round(label) : label);
            }
            LossSum quick = {0, 0}, accurate = {0, 0};
            kernels.quick(z.data(), y.data(), gradient.data(), n, scale, quick);
            if (!kernels.round(quick, n, true, out.data())) {
                kernels.accurate(z.data(), y.data(), nullptr, n, scale, accurate);
                kernels.round(accurate, n, false, out.data());
            }
            digest.add(out, 1);
            digest.add(gradient, n);
        }
        lines += digest.line("loss_sums", type, 2 * n);
    }
    return lines;
}

class Figures {
  public:
    void add(const char* name, double x) {
        char line[80];
        std::snprintf(line, sizeof line, "%s %a\n", name, x);
        text += line;
    }
    std::string text;
};

// The statistics of a fit of two classes and of three, and what Cholesky's factor makes of its matrix.
std::string of_regression(const Level& level) {
    constexpr std::ptrdiff_t rows = 777, columns = 11, classes = 3;
    std::vector<double> x(rows * columns), y(rows), weight(rows), offset(rows), beta((columns + 1) * classes);
    std::vector<double> direction(columns + 1, 0.1), centre(columns, 0.25), inverse_scale(columns, 0.5);
    std::vector<std::int32_t> label(rows);
    const auto unit = [](std::size_t i) { return static_cast<double>(mixed(i) >> 11) * 0x1p-53; };
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 4 * unit(i) - 2;
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
        y[i] = mixed(i + 1000000) & 1;
        weight[i] = unit(i + 2000000);
        offset[i] = unit(i + 3000000) - 0.5;
        label[i] = static_cast<std::int32_t>(mixed(i + 4000000) % classes);
    }
    for (std::size_t i = 0; i < beta.size(); ++i) beta[i] = unit(i + 5000000) - 0.5;

    ClassRequest request;
    request.x = reinterpret_cast<const char*>(x.data());
    request.single = false;
    request.row_stride = columns * 8, request.column_stride = 8;
    request.rows = rows, request.columns = columns;
    request.y = y.data(), request.y_bytes = nullptr;
    request.weight = weight.data(), request.offset = offset.data();
    request.centre = centre.data(), request.inverse_scale = inverse_scale.data();
    request.intercept = true;
    request.beta = beta.data(), request.direction = direction.data();
    request.product = Product::information;
    request.classes = classes;
    request.label = label.data();

    Figures figures;
    const auto matrix = [&](const std::vector<double>& triangle, std::ptrdiff_t panel, std::ptrdiff_t stride) {
        std::vector<double> a(static_cast<std::size_t>(columns * stride), 0.0);
        for (std::ptrdiff_t i = 0; i < columns; ++i)
            for (std::ptrdiff_t j = i; j < columns; ++j)
                a[static_cast<std::size_t>(i * stride + j)] = triangle[static_cast<std::size_t>(
                    (tile_index(i / panel, j / panel) * panel + i % panel) * panel + j % panel)];
        return a;
    };
    const auto square_of = [](const std::vector<double>& v) {
        double sum = 0;
        for (double each : v) sum += each * each;
        return sum;
    };
    const Sums two = statistics(request, level.add_rows);
    figures.add("log_likelihood", two.log_likelihood + two.compensation);
    figures.add("gradient", square_of(two.gradient) + two.ones_gradient);
    figures.add("margins", two.most - two.least);
    figures.add("row_norm", two.row_norm);
    figures.add("ones", square_of(two.ones_edge) + two.ones_corner);
    const std::ptrdiff_t stride = cholesky_stride(columns);
    std::vector<double> a = matrix(two.triangle, two.panel, stride), w(a.size(), 0.0), c(a.size(), 0.0);
    figures.add("information", square_of(a));
    figures.add("factored", level.cholesky->factor(a.data(), columns, stride));
    figures.add("factor", a[(columns - 1) * (stride + 1)]);
    level.cholesky->invert(a.data(), w.data(), columns, stride);
    level.cholesky->square(w.data(), c.data(), columns, stride);
    figures.add("covariance", square_of(c));

    const ClassSums three = class_statistics(request, level.add_class_rows);
    figures.add("class_log_likelihood", three.log_likelihood + three.compensation);
    figures.add("class_gradient", square_of(three.gradient) + square_of(three.ones_gradient));
    figures.add("class_row_norm", three.row_norm);
    figures.add("class_ones", square_of(three.ones_edge) + square_of(three.ones_corner));
    figures.add("class_information", square_of(matrix(three.triangle, three.panel, stride)));

    std::vector<double> to(x.size(), 1.0);
    const auto count = static_cast<std::ptrdiff_t>(x.size());
    figures.add("others", static_cast<double>(level.column_loops->add_multiple(0.3, x.data(), count, to.data())));
    figures.add("multiple", square_of(to));
    figures.add("finite", level.column_loops->finite(to.data(), count));
    return figures.text;
}

}  // namespace

std::vector<std::string> digest_names() {
    std::vector<std::string> names = {"rows", "loss_sums", "regression"};
    for (const Signature& f : functions) names.push_back(f.name);
    return names;
}

std::string digest_lines(const Level& level, const std::string& name, int float32_bits, std::size_t points) {
    if (name == "rows") return of_rows(level);
    if (name == "loss_sums") return of_loss_sums(level);
    if (name == "regression") return of_regression(level);
    for (int f = 0; f < function_count; ++f)
        if (name == functions[f].name)
            return functions[f].inputs == 1 && functions[f].outputs == 1
                       ? of_one_argument(level, f, float32_bits, points)
                       : of_several_arguments(level, f);
    return "";
}

}  // namespace verhulst
