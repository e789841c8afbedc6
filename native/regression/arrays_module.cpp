#include "regression/arrays_module.hpp"

#include <algorithm>

#include "regression/columns_module.hpp"

namespace verhulst {

bool vector(PyObject* object, npy_intp size, bool optional, const char* name, const double** to) {
    *to = nullptr;
    if (optional && object == Py_None) return true;
    PyArrayObject* array = reinterpret_cast<PyArrayObject*>(object);
    if (!PyArray_Check(object) || PyArray_TYPE(array) != NPY_DOUBLE || PyArray_NDIM(array) != 1 ||
        PyArray_DIM(array, 0) != size || !PyArray_IS_C_CONTIGUOUS(array) || !PyArray_ISBEHAVED_RO(array)) {
        PyErr_Format(PyExc_ValueError, "%s must be a contiguous float64 vector of %zd numbers", name,
                     static_cast<Py_ssize_t>(size));
        return false;
    }
    *to = static_cast<const double*>(PyArray_DATA(array));
    return true;
}

namespace {

bool matrix(PyObject* x, Request& request) {
    PyArrayObject* design = reinterpret_cast<PyArrayObject*>(x);
    if (!PyArray_Check(x) || PyArray_NDIM(design) != 2 || !PyArray_ISBEHAVED_RO(design) ||
        (PyArray_TYPE(design) != NPY_DOUBLE && PyArray_TYPE(design) != NPY_FLOAT)) {
        PyErr_SetString(PyExc_ValueError, "X must be an aligned float64 or float32 matrix in native byte order");
        return false;
    }
    request.x = PyArray_BYTES(design);
    request.single = PyArray_TYPE(design) == NPY_FLOAT;
    request.rows = PyArray_DIM(design, 0);
    request.columns = PyArray_DIM(design, 1);
    request.row_stride = PyArray_STRIDE(design, 0);
    request.column_stride = PyArray_STRIDE(design, 1);
    return true;
}

}  // namespace

bool read_design(PyObject* x, Request& request, Columns& columns) {
    if (!PyTuple_Check(x)) return matrix(x, request);
    if (!read_columns(x, columns)) return false;
    request.table = &columns;
    request.rows = columns.rows;
    request.columns = static_cast<npy_intp>(columns.numbers.size());
    return true;
}

void write_matrix(const Triangle& sums, const Request& request, double* to) {
    const npy_intp size = request.size(), tile = sums.panel;
    if (request.intercept) {
        to[0] = sums.ones_corner;
        for (npy_intp j = 1; j < size; ++j) to[j] = to[j * size] = sums.ones_edge[j - 1];
        to += size + 1;  // the columns' own part
    }
    const npy_intp count = (request.columns + tile - 1) / tile;
    for (npy_intp first = 0; first < count; ++first)
        for (npy_intp second = first; second < count; ++second) {
            const double* from = sums.tiles + tile_index(first, second) * tile * tile;
            const npy_intp rows = std::min(tile, request.columns - first * tile);
            const npy_intp columns = std::min(tile, request.columns - second * tile);
            for (npy_intp i = 0; i < rows; ++i)
                for (npy_intp j = first == second ? i : 0; j < columns; ++j) {
                    const npy_intp row = first * tile + i, column = second * tile + j;
                    to[row * size + column] = to[column * size + row] = from[i * tile + j];
                }
        }
}

}  // namespace verhulst
