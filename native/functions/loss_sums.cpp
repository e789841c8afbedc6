// The Python face of the summed losses (binary_cross_entropy_sum.hpp): NumPy arrays in, a number and gradients out.
#include "numpy_api.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <vector>

#include "cpu.hpp"
#include "environment.hpp"
#include "threads.hpp"

namespace verhulst {
namespace {

struct Losses {
    const LossSumKernels& kernels;
    const char *z, *y;
    char* gradient;
    std::ptrdiff_t n, item_size;

    GradientScale scale(bool scaled) const {
        const double count = static_cast<double>(n);
        GradientScale scale = {1, 0, 0};
        if (scaled && n > 0) {
            scale.hi = 1 / count;
            scale.lo = std::fma(-scale.hi, count, 1.0) * scale.hi;
        }
        // Beyond it, e^-|z| scale/2 may lie below the smallest normal number; without gradients, e^-|z| need be one of
        // the doubles only.
        scale.reach = gradient ? std::min(87.0, std::log(scale.hi / kernels.least) - 0.7) : 700.0;
        return scale;
    }

    // Summed in chunks that do not depend on the number of threads, merged in their order.
    LossSum sum(LossSumKernels::Add add, char* to, const GradientScale& scale) const {
        constexpr std::ptrdiff_t chunk = 32768;
        std::vector<LossSum> parts(static_cast<std::size_t>((n + chunk - 1) / chunk), LossSum{0, 0});
        parallel_for(static_cast<std::ptrdiff_t>(parts.size()), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            for (std::ptrdiff_t c = begin; c < end; ++c) {
                const std::ptrdiff_t at = c * chunk * item_size;
                add(z + at, y + at, to ? to + at : nullptr, std::min(chunk, n - c * chunk), scale,
                    parts[static_cast<std::size_t>(c)]);
            }
        });
        LossSum total = {0, 0};
        for (const LossSum& part : parts) total.add(part.hi, part.lo);
        return total;
    }

    void run(bool scaled, bool mean, char* out) const {
        const Environment environment;
        const GradientScale scale = this->scale(scaled);
        const double divisor = mean ? static_cast<double>(n) : 1.0;
        if (!kernels.round(sum(kernels.quick, gradient, scale), divisor, true, out))
            kernels.round(sum(kernels.accurate, nullptr, scale), divisor, false, out);
    }
};

int type_of(PyArrayObject* array) {
    switch (PyArray_TYPE(array)) {
        case NPY_HALF:
            return float16;
        case NPY_INT16:
            return bfloat16;  // its bits
        case NPY_FLOAT:
            return float32;
        case NPY_DOUBLE:
            return float64;
        default:
            return type_count;
    }
}

PyArrayObject* checked(PyObject* object, PyArrayObject* like, npy_intp size, bool written, const char* name) {
    PyArrayObject* array = reinterpret_cast<PyArrayObject*>(object);
    if (!PyArray_Check(object) || type_of(array) == type_count || (like && PyArray_TYPE(array) != PyArray_TYPE(like)) ||
        (size >= 0 && PyArray_SIZE(array) != size) || !PyArray_IS_C_CONTIGUOUS(array) ||
        !(written ? PyArray_ISBEHAVED(array) : PyArray_ISBEHAVED_RO(array))) {
        PyErr_Format(PyExc_ValueError, "%s must be a contiguous array of the type and size of z", name);
        return nullptr;
    }
    return array;
}

PyObject* binary_cross_entropy_sum(PyObject*, PyObject* args) {
    PyObject *z_object, *y_object, *gradient_object, *out_object;
    int mean, scaled;
    if (!PyArg_ParseTuple(args, "OOOOpp:binary_cross_entropy_sum", &z_object, &y_object, &gradient_object, &out_object,
                          &mean, &scaled))
        return nullptr;
    PyArrayObject *z, *y, *out, *gradient = nullptr;
    if (!(z = checked(z_object, nullptr, -1, false, "z"))) return nullptr;
    const npy_intp n = PyArray_SIZE(z);
    if (!(y = checked(y_object, z, n, false, "y"))) return nullptr;
    if (!(out = checked(out_object, z, 1, true, "out"))) return nullptr;
    if (gradient_object != Py_None && !(gradient = checked(gradient_object, z, n, true, "gradient"))) return nullptr;
    const Losses losses = {chosen_level()->loss_sums->by_type[type_of(z)],
                           PyArray_BYTES(z),
                           PyArray_BYTES(y),
                           gradient ? PyArray_BYTES(gradient) : nullptr,
                           n,
                           PyArray_ITEMSIZE(z)};
    bool out_of_memory = false;
    Py_BEGIN_ALLOW_THREADS;
    try {
        losses.run(scaled != 0, mean != 0, PyArray_BYTES(out));
    } catch (const std::exception&) { out_of_memory = true; }
    Py_END_ALLOW_THREADS;
    if (out_of_memory) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

PyMethodDef methods[] = {
    {"binary_cross_entropy_sum", binary_cross_entropy_sum, METH_VARARGS,
     "binary_cross_entropy_sum(z, y, gradient, out, mean, scaled): out becomes the sum (the mean) of the losses, "
     "gradient\n"
     "(None: not wanted) the gradient of each (scaled: divided by their number). An int16 is the bits of a bfloat16."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_loss_sums(PyObject* module) { return PyModule_AddFunctions(module, methods); }

}  // namespace verhulst
