// What only the tests call: the software fma, the processor's floating-point control word, and digests of what kernels compute.
#include "module.hpp"

#include <exception>
#include <string>

#include "cpu.hpp"
#include "digests.hpp"
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

// _digest_lines(level, name, float32_bits, points): proofs/digests.hpp.
PyObject* digest_lines_of(PyObject*, PyObject* args) {
    const char *wanted, *name;
    int float32_bits;
    Py_ssize_t points;
    if (!PyArg_ParseTuple(args, "ssin:_digest_lines", &wanted, &name, &float32_bits, &points)) return nullptr;
    const Level* level = nullptr;
    for (const Level* usable : usable_levels())
        if (usable->name == std::string(wanted)) level = usable;
    if (!level || float32_bits < 1 || float32_bits > 32 || points < 1) {
        PyErr_SetString(PyExc_ValueError, "a level that runs here, 1 to 32 bits, at least 1 point");
        return nullptr;
    }
    std::string lines;
    bool out_of_memory = false;
    Py_BEGIN_ALLOW_THREADS;
    try {
        lines = digest_lines(*level, name, float32_bits, static_cast<std::size_t>(points));
    } catch (const std::exception&) { out_of_memory = true; }
    Py_END_ALLOW_THREADS;
    return out_of_memory ? PyErr_NoMemory() : PyUnicode_FromString(lines.c_str());
}

PyMethodDef methods[] = {
    {"_software_fma", software_fma_of, METH_VARARGS, "_software_fma(a, b, c): for tests."},
    {"_exchange_control_word", exchange_control_word, METH_O, "_exchange_control_word(new): for tests."},
    {"_digest_lines", digest_lines_of, METH_VARARGS, "_digest_lines(level, name, float32_bits, points): for tests."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_testing(PyObject* module) { return PyModule_AddFunctions(module, methods); }

}  // namespace verhulst
