// The Python face of class_statistics.hpp.
#include "numpy_api.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include "cpu.hpp"
#include "regression/arrays_module.hpp"

namespace verhulst {

namespace {

constexpr npy_intp most_classes = 100;

// Labels 0 .. classes - 1. False: an exception is set.
bool labels(PyObject* object, ClassRequest& request) {
    PyArrayObject* array = reinterpret_cast<PyArrayObject*>(object);
    if (!PyArray_Check(object) || PyArray_TYPE(array) != NPY_INT32 || PyArray_NDIM(array) != 1 ||
        PyArray_DIM(array, 0) != request.rows || !PyArray_IS_C_CONTIGUOUS(array) || !PyArray_ISBEHAVED_RO(array)) {
        PyErr_SetString(PyExc_ValueError, "labels must be a contiguous int32 vector with one number per row");
        return false;
    }
    request.label = static_cast<const std::int32_t*>(PyArray_DATA(array));
    if (!std::all_of(request.label, request.label + request.rows,
                     [&](std::int32_t k) { return 0 <= k && k < request.classes; })) {
        PyErr_SetString(PyExc_ValueError, "labels must be at least 0 and less than the number of classes");
        return false;
    }
    return true;
}

// Coefficients, one row for each class. False: an exception is set.
bool coefficients(PyObject* object, ClassRequest& request) {
    PyArrayObject* array = reinterpret_cast<PyArrayObject*>(object);
    if (!PyArray_Check(object) || PyArray_TYPE(array) != NPY_DOUBLE || PyArray_NDIM(array) != 2 ||
        PyArray_DIM(array, 1) != request.size() || PyArray_DIM(array, 0) < 2 || PyArray_DIM(array, 0) > most_classes ||
        !PyArray_IS_C_CONTIGUOUS(array) || !PyArray_ISBEHAVED_RO(array)) {
        PyErr_Format(PyExc_ValueError, "beta must be a contiguous float64 matrix of 2 to %zd rows and %zd columns",
                     static_cast<Py_ssize_t>(most_classes), static_cast<Py_ssize_t>(request.size()));
        return false;
    }
    request.classes = PyArray_DIM(array, 0);
    request.beta = static_cast<const double*>(PyArray_DATA(array));
    return true;
}

// Which classes are possible in each row, or None. False: an exception is set.
bool possible(PyObject* object, ClassRequest& request) {
    if (object == Py_None) return true;
    PyArrayObject* array = reinterpret_cast<PyArrayObject*>(object);
    if (!PyArray_Check(object) || PyArray_TYPE(array) != NPY_UINT8 || PyArray_NDIM(array) != 2 ||
        PyArray_DIM(array, 0) != request.rows || PyArray_DIM(array, 1) != request.classes ||
        !PyArray_IS_C_CONTIGUOUS(array)) {
        PyErr_SetString(PyExc_ValueError, "possible must be a contiguous uint8 matrix, one row per row of X");
        return false;
    }
    request.possible = static_cast<const std::uint8_t*>(PyArray_DATA(array));
    return true;
}

PyObject* array_of(std::initializer_list<npy_intp> shape, double** to) {
    PyObject* made =
        PyArray_SimpleNew(static_cast<int>(shape.size()), const_cast<npy_intp*>(shape.begin()), NPY_DOUBLE);
    if (made) *to = static_cast<double*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(made)));
    return made;
}

PyObject* to_gradient(const ClassSums& sums, const ClassRequest& request) {
    double* to;
    PyObject* made = array_of({request.classes, request.size()}, &to);
    if (!made) return nullptr;
    const std::size_t width = sums.gradient.size() / static_cast<std::size_t>(request.classes);
    for (std::size_t k = 0; k < static_cast<std::size_t>(request.classes); ++k) {
        if (request.intercept) *to++ = sums.ones_gradient[k];
        to = std::copy_n(sums.gradient.data() + k * width, request.columns, to);
    }
    return made;
}

PyObject* to_matrices(const ClassSums& sums, const ClassRequest& request) {
    double* to;
    PyObject* made = array_of({request.pairs(), request.size(), request.size()}, &to);
    if (!made) return nullptr;
    const std::size_t pairs = static_cast<std::size_t>(request.pairs());
    const std::size_t width = sums.ones_edge.size() / pairs, tiles = sums.triangle.size() / pairs;
    for (std::size_t k = 0; k < pairs; ++k, to += request.size() * request.size())
        write_matrix(
            {sums.triangle.data() + k * tiles, sums.ones_edge.data() + k * width, sums.ones_corner[k], sums.panel},
            request, to);
    return made;
}

PyObject* class_statistics(PyObject*, PyObject* args) {
    PyObject *x, *label, *weight, *centre, *inverse_scale, *beta, *allowed;
    int intercept, matrix;
    ClassRequest request;
    Columns columns;
    if (!PyArg_ParseTuple(args, "OOOOOpOOp:class_statistics", &x, &label, &weight, &centre, &inverse_scale, &intercept,
                          &beta, &allowed, &matrix) ||
        !read_design(x, request, columns))
        return nullptr;
    request.intercept = intercept != 0;
    request.y = request.offset = request.direction = nullptr;
    request.y_bytes = nullptr;
    request.product = matrix ? Product::information : Product::none;
    if (!vector(weight, request.rows, true, "weight", &request.weight) ||
        !vector(centre, request.columns, false, "centre", &request.centre) ||
        !vector(inverse_scale, request.columns, false, "inverse_scale", &request.inverse_scale) ||
        !coefficients(beta, request) || !labels(label, request) || !possible(allowed, request))
        return nullptr;
    ClassSums sums;
    bool out_of_memory = false;
    Py_BEGIN_ALLOW_THREADS;
    try {
        sums = verhulst::class_statistics(request, chosen_level()->add_class_rows);
    } catch (const std::exception&) { out_of_memory = true; }
    Py_END_ALLOW_THREADS;
    if (out_of_memory) return PyErr_NoMemory();
    PyObject* gradient = to_gradient(sums, request);
    PyObject* matrices = matrix ? to_matrices(sums, request) : Py_NewRef(Py_None);
    if (!gradient || !matrices) {
        Py_XDECREF(gradient);
        Py_XDECREF(matrices);
        return nullptr;
    }
    return Py_BuildValue("dNNd", sums.log_likelihood + sums.compensation, gradient, matrices, std::sqrt(sums.row_norm));
}

PyMethodDef methods[] = {
    {"class_statistics", class_statistics, METH_VARARGS,
     "class_statistics(X, labels, weight, centre, inverse_scale, intercept, beta, possible, matrix)\n"
     "-> (log-likelihood, gradient (K, q), matrices (pairs, q, q) or None, row norm).\n"
     "The statistics of a multinomial regression; matrix (a, b), in the order (0, 1), (0, 2), ..., is the sum of\n"
     "w p_a p_b z z^T. possible (n, K): 0 where a class takes no part in a row, or None."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_class_statistics(PyObject* module) { return PyModule_AddFunctions(module, methods); }

}  // namespace verhulst
