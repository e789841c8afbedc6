// What only the tests call: the software fma, and the processor's floating-point control word.
#include "module.hpp"

#include "simd/vector.hpp"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace verhulst {
namespace {

using Arrays = Py_buffer[3];

// _software_fma(a, b, c): three buffers of doubles to a bytes object of doubles, by the vector code of the baseline.
PyObject* software_fma_of(PyObject*, PyObject* args) {
    Arrays in;
    if (!PyArg_ParseTuple(args, "y*y*y*:_software_fma", &in[0], &in[1], &in[2])) return nullptr;
    PyObject* out = nullptr;
    const Py_ssize_t size = in[0].len;
    if (in[1].len != size || in[2].len != size || size % static_cast<Py_ssize_t>(sizeof(double)))
        PyErr_SetString(PyExc_ValueError, "three buffers of as many doubles");
    else
        out = PyBytes_FromStringAndSize(nullptr, size);
    if (out) {
        constexpr Py_ssize_t block = sizeof(double) * baseline::lanes;
        char* to = PyBytes_AS_STRING(out);
        for (Py_ssize_t at = 0; at < size; at += block) {
            const std::size_t n = static_cast<std::size_t>(size - at < block ? size - at : block);
            double x[3][baseline::lanes] = {}, y[baseline::lanes];
            for (int i = 0; i < 3; ++i) std::memcpy(x[i], static_cast<const char*>(in[i].buf) + at, n);
            baseline::store(y, baseline::fma(baseline::load(x[0]), baseline::load(x[1]), baseline::load(x[2])));
            std::memcpy(to + at, y, n);
        }
    }
    for (Py_buffer& b : in) PyBuffer_Release(&b);
    return out;
}

// _exchange_control_word(new): sets MXCSR (rounding, flushing, masks, flags) and returns what it was.
PyObject* exchange_control_word(PyObject*, PyObject* argument) {
#if defined(__x86_64__)
    const unsigned long wanted = PyLong_AsUnsignedLong(argument);
    if (PyErr_Occurred()) return nullptr;
    const unsigned before = _mm_getcsr();
    _mm_setcsr(static_cast<unsigned>(wanted) & 0xffffu);
    return PyLong_FromUnsignedLong(before);
#else
    (void)argument;
    PyErr_SetString(PyExc_NotImplementedError, "only where there is an MXCSR");
    return nullptr;
#endif
}

PyMethodDef methods[] = {
    {"_software_fma", software_fma_of, METH_VARARGS, "_software_fma(a, b, c): for tests."},
    {"_exchange_control_word", exchange_control_word, METH_O, "_exchange_control_word(new): for tests."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_testing(PyObject* module) { return PyModule_AddFunctions(module, methods); }

}  // namespace verhulst
