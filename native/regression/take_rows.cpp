// X[index] on all threads: the sample that a long fit starts from.
#include "numpy_api.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

#include "threads.hpp"

namespace verhulst {
namespace {

struct Rows {
    const char* data;
    npy_intp row_stride, column_stride, columns;  // strides in bytes
    const npy_intp* index;
};

constexpr npy_intp rows_ahead = 4;  // rows lie apart: they are asked for before their turn

template <class Number>
void take(const Rows& from, npy_intp begin, npy_intp end, npy_intp count, Number* to) {
    const npy_intp bytes = from.columns * static_cast<npy_intp>(sizeof(Number));
    if (from.column_stride == sizeof(Number)) {
        for (npy_intp r = begin; r < end; ++r) {
            const char* later = from.data + from.index[std::min(r + rows_ahead, count - 1)] * from.row_stride;
            for (npy_intp byte = 0; byte < bytes; byte += 64) __builtin_prefetch(later + byte);
            std::memcpy(to + r * from.columns, from.data + from.index[r] * from.row_stride,
                        static_cast<std::size_t>(bytes));
        }
        return;
    }
    for (npy_intp c = 0; c < from.columns; ++c)
        for (npy_intp r = begin; r < end; ++r)
            std::memcpy(to + r * from.columns + c, from.data + from.index[r] * from.row_stride + c * from.column_stride,
                        sizeof(Number));
}

PyObject* take_rows(PyObject*, PyObject* args) {
    PyArrayObject *x, *index;
    if (!PyArg_ParseTuple(args, "O!O!:take_rows", &PyArray_Type, &x, &PyArray_Type, &index)) return nullptr;
    if (PyArray_NDIM(x) != 2 || (PyArray_TYPE(x) != NPY_DOUBLE && PyArray_TYPE(x) != NPY_FLOAT) ||
        !PyArray_ISNOTSWAPPED(x) || PyArray_NDIM(index) != 1 || PyArray_TYPE(index) != NPY_INTP ||
        !PyArray_IS_C_CONTIGUOUS(index)) {
        PyErr_SetString(PyExc_ValueError,
                        "take_rows takes a float64 or float32 matrix and a contiguous vector of indices");
        return nullptr;
    }
    const npy_intp rows = PyArray_DIM(x, 0), count = PyArray_DIM(index, 0);
    const Rows from = {PyArray_BYTES(x), PyArray_STRIDE(x, 0), PyArray_STRIDE(x, 1), PyArray_DIM(x, 1),
                       static_cast<const npy_intp*>(PyArray_DATA(index))};
    if (std::any_of(from.index, from.index + count, [=](npy_intp i) { return i < 0 || i >= rows; })) {
        PyErr_Format(PyExc_IndexError, "a row is not among the %zd rows", static_cast<Py_ssize_t>(rows));
        return nullptr;
    }
    const npy_intp shape[2] = {count, from.columns};
    PyObject* made = PyArray_SimpleNew(2, shape, PyArray_TYPE(x));
    if (!made) return nullptr;
    void* to = PyArray_DATA(reinterpret_cast<PyArrayObject*>(made));
    const bool single = PyArray_TYPE(x) == NPY_FLOAT;
    const npy_intp block = std::max<npy_intp>(1, 32768 / std::max<npy_intp>(from.columns, 1));  // worth a thread
    Py_BEGIN_ALLOW_THREADS parallel_for((count + block - 1) / block, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
        for (std::ptrdiff_t k = first; k < last; ++k) {
            const npy_intp begin = k * block, end = std::min<npy_intp>(begin + block, count);
            if (single)
                take(from, begin, end, count, static_cast<float*>(to));
            else
                take(from, begin, end, count, static_cast<double*>(to));
        }
    });
    Py_END_ALLOW_THREADS return made;
}

PyMethodDef methods[] = {
    {"take_rows", take_rows, METH_VARARGS, "take_rows(X, index) -> X[index], a new matrix, row by row in memory."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_take_rows(PyObject* module) { return PyModule_AddFunctions(module, methods); }

}  // namespace verhulst
