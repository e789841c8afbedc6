// The Python face of the block kernel: NumPy arrays in, a tuple of sums out. Checks shapes; values are the caller's affair.
#include "numpy_api.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include "cpu.hpp"
#include "regression/arrays_module.hpp"
#include "regression/columns_module.hpp"

namespace verhulst {

namespace {

bool outcomes(PyObject* object, npy_intp rows, Request& request) {
    PyArrayObject* array = reinterpret_cast<PyArrayObject*>(object);
    request.y = nullptr;
    request.y_bytes = nullptr;
    if (PyArray_Check(object) && PyArray_TYPE(array) == NPY_UINT8 && PyArray_NDIM(array) == 1 &&
        PyArray_DIM(array, 0) == rows && PyArray_IS_C_CONTIGUOUS(array)) {
        request.y_bytes = static_cast<const std::uint8_t*>(PyArray_DATA(array));
        return true;
    }
    return vector(object, rows, false, "y", &request.y);
}

PyObject* to_gradient(const Sums& sums, const Request& request) {
    const npy_intp size = request.size();
    PyObject* array = PyArray_SimpleNew(1, &size, NPY_DOUBLE);
    if (!array) return nullptr;
    double* to = static_cast<double*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(array)));
    if (request.intercept) *to++ = sums.ones_gradient;
    std::copy_n(sums.gradient.data(), request.columns, to);
    return array;
}

// The data of a request, and where it is looked at. False: an exception is set.
bool data(PyObject* x, PyObject* y, PyObject* weight, PyObject* offset, PyObject* centre, PyObject* inverse_scale,
          int intercept, PyObject* beta, Request& request, Columns& columns) {
    if (!read_design(x, request, columns)) return false;
    request.intercept = intercept != 0;
    request.direction = nullptr;
    request.product = Product::none;
    return outcomes(y, request.rows, request) && vector(weight, request.rows, true, "weight", &request.weight) &&
           vector(offset, request.rows, true, "offset", &request.offset) &&
           vector(centre, request.columns, false, "centre", &request.centre) &&
           vector(inverse_scale, request.columns, false, "inverse_scale", &request.inverse_scale) &&
           vector(beta, request.size(), false, "beta", &request.beta);
}

PyObject* to_matrix(const Sums& sums, const Request& request) {
    const npy_intp shape[2] = {request.size(), request.size()};
    PyObject* array = PyArray_SimpleNew(2, shape, NPY_DOUBLE);
    if (array)
        write_matrix({sums.triangle.data(), sums.ones_edge.data(), sums.ones_corner, sums.panel}, request,
                     static_cast<double*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(array))));
    return array;
}

// False: an exception is set.
bool all_rows(const Request& request, Sums& sums) {
    bool out_of_memory = false;
    Py_BEGIN_ALLOW_THREADS;
    try {
        sums = statistics(request, chosen_level()->add_rows);
        if (request.table && request.table->sums) write_codes(sums, *request.table);
    } catch (const std::exception&) { out_of_memory = true; }
    Py_END_ALLOW_THREADS;
    if (out_of_memory) PyErr_NoMemory();
    return !out_of_memory;
}

PyObject* logistic_statistics(PyObject*, PyObject* args) {
    PyObject *x, *y, *weight, *offset, *centre, *inverse_scale, *beta, *direction;
    int intercept, product;
    Request request;
    Columns columns;
    if (!PyArg_ParseTuple(args, "OOOOOOpOOi:logistic_statistics", &x, &y, &weight, &offset, &centre, &inverse_scale,
                          &intercept, &beta, &direction, &product) ||
        !data(x, y, weight, offset, centre, inverse_scale, intercept, beta, request, columns) ||
        !vector(direction, request.size(), true, "direction", &request.direction))
        return nullptr;
    request.product = static_cast<Product>(std::clamp(product, 0, 2));
    Sums sums;
    if (!all_rows(request, sums)) return nullptr;
    PyObject* gradient = to_gradient(sums, request);
    PyObject* matrix = request.product == Product::none ? Py_NewRef(Py_None) : to_matrix(sums, request);
    if (!gradient || !matrix) {
        Py_XDECREF(gradient);
        Py_XDECREF(matrix);
        return nullptr;
    }
    return Py_BuildValue("dNNddd", sums.log_likelihood + sums.compensation, gradient, matrix, std::sqrt(sums.row_norm),
                         sums.least, sums.most);
}

PyObject* jeffreys_gradient(PyObject*, PyObject* args) {
    PyObject *x, *y, *weight, *offset, *centre, *inverse_scale, *beta, *root;
    int intercept;
    Request request;
    Columns columns;
    if (!PyArg_ParseTuple(args, "OOOOOOpOOd:jeffreys_gradient", &x, &y, &weight, &offset, &centre, &inverse_scale,
                          &intercept, &beta, &root, &request.two_tau) ||
        !data(x, y, weight, offset, centre, inverse_scale, intercept, beta, request, columns))
        return nullptr;
    const npy_intp size = request.size();
    PyArrayObject* upper = reinterpret_cast<PyArrayObject*>(root);
    if (!PyArray_Check(root) || PyArray_TYPE(upper) != NPY_DOUBLE || PyArray_NDIM(upper) != 2 ||
        PyArray_DIM(upper, 0) != size || PyArray_DIM(upper, 1) != size || !PyArray_IS_C_CONTIGUOUS(upper)) {
        PyErr_Format(PyExc_ValueError, "root must be a contiguous float64 matrix of %zd rows and columns",
                     static_cast<Py_ssize_t>(size));
        return nullptr;
    }
    constexpr npy_intp widest = 8;  // numbers in a vector, at the widest level
    request.root_stride = (size + widest - 1) / widest * widest;
    std::vector<double> padded(static_cast<std::size_t>(size * request.root_stride), 0.0);
    const double* from = static_cast<const double*>(PyArray_DATA(upper));
    for (npy_intp i = 0; i < size; ++i)
        std::copy(from + i * size + i, from + (i + 1) * size, padded.data() + i * request.root_stride + i);
    request.root = padded.data();
    PyObject* leverage = PyArray_SimpleNew(1, &request.rows, NPY_DOUBLE);
    if (!leverage) return nullptr;
    request.leverage = static_cast<double*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(leverage)));
    Sums sums;
    PyObject* gradient = all_rows(request, sums) ? to_gradient(sums, request) : nullptr;
    if (!gradient) {
        Py_DECREF(leverage);
        return nullptr;
    }
    return Py_BuildValue("NN", gradient, leverage);
}

PyMethodDef methods[] = {
    {"logistic_statistics", logistic_statistics, METH_VARARGS,
     "logistic_statistics(X, y, weight, offset, centre, inverse_scale, intercept, beta, direction, product)\n"
     "-> (log-likelihood, gradient, matrix or None, row norm, least margin, largest margin).\n"
     "product: 0 no matrix, 1 information, 2 gram.\n"
     "X may be columns where they lie: (batches, numbers, coded, tables, sums[, map]), with the batches as tuples of "
     "vectors "
     "of "
     "any number type; numbers (p, 2): which vector, and the code that is 1 or -1 for the number itself; coded (m, 2): "
     "which vector, and how many levels its codes have. tables (2, levels): what a code adds to the linear predictor, "
     "and "
     "to that along the direction. Into sums go gradient, diagonal, (levels, p) "
     "products "
     "with the numbers, and tables of each pair of coded columns, the first with the second and so on. map: a file "
     "mapped read-only; pages of it are given back when they have been read."},
    {"jeffreys_gradient", jeffreys_gradient, METH_VARARGS,
     "jeffreys_gradient(X, y, weight, offset, centre, inverse_scale, intercept, beta, root, two_tau)\n"
     "-> (gradient of the log-likelihood with Jeffreys' prior, leverages).\n"
     "root: the transposed inverse of the lower Cholesky factor of the information; what is below its diagonal is not "
     "read."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_regression(PyObject* module) { return PyModule_AddFunctions(module, methods); }

}  // namespace verhulst
