// The Python face of cholesky.hpp.
#include "numpy_api.hpp"

#include <algorithm>
#include <new>
#include <vector>

#include "cpu.hpp"

namespace verhulst {

namespace {

// The size of a contiguous square float64 matrix; -1: an exception is set.
npy_intp size_of(PyObject* object) {
    PyArrayObject* array = reinterpret_cast<PyArrayObject*>(object);
    if (!PyArray_Check(object) || PyArray_TYPE(array) != NPY_DOUBLE || PyArray_NDIM(array) != 2 ||
        PyArray_DIM(array, 0) != PyArray_DIM(array, 1) || !PyArray_IS_C_CONTIGUOUS(array) ||
        !PyArray_ISBEHAVED_RO(array)) {
        PyErr_SetString(PyExc_ValueError, "this takes a contiguous square float64 matrix");
        return -1;
    }
    return PyArray_DIM(array, 0);
}

const double* numbers(PyObject* object) {
    return static_cast<const double*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(object)));
}

// Rows `stride` apart, zeros after the n-th number.
class Padded {
  public:
    explicit Padded(npy_intp n) : n_(n), stride_(cholesky_stride(n)), at_(static_cast<std::size_t>(n * stride_), 0.0) {}
    double* data() { return at_.data(); }
    npy_intp stride() const { return stride_; }
    double* row(npy_intp i) { return at_.data() + i * stride_; }

    void read_upper(const double* from) {
        for (npy_intp i = 0; i < n_; ++i) std::copy(from + i * n_ + i, from + (i + 1) * n_, row(i) + i);
    }

    // A new array: the whole matrix, or zeros below the diagonal. Null: an exception is set.
    PyObject* array(bool whole) {
        const npy_intp shape[2] = {n_, n_};
        PyObject* made = PyArray_SimpleNew(2, shape, NPY_DOUBLE);
        if (!made) return nullptr;
        double* to = static_cast<double*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(made)));
        for (npy_intp i = 0; i < n_; ++i) {
            const npy_intp first = whole ? 0 : i;
            std::fill_n(to + i * n_, first, 0.0);
            std::copy(row(i) + first, row(i) + n_, to + i * n_ + first);
        }
        return made;
    }

  private:
    npy_intp n_, stride_;
    std::vector<double> at_;
};

PyObject* cholesky(PyObject*, PyObject* matrix) try {
    const npy_intp n = size_of(matrix);
    if (n < 0) return nullptr;
    Padded a(n);
    a.read_upper(numbers(matrix));
    bool done = false;
    Py_BEGIN_ALLOW_THREADS done = chosen_level()->cholesky->factor(a.data(), n, a.stride());
    Py_END_ALLOW_THREADS if (!done) Py_RETURN_NONE;
    return a.array(false);
} catch (const std::bad_alloc&) { return PyErr_NoMemory(); }

PyObject* inverse(PyObject* root, bool squared) try {
    const npy_intp n = size_of(root);
    if (n < 0) return nullptr;
    Padded r(n), w(n);
    r.read_upper(numbers(root));
    Py_BEGIN_ALLOW_THREADS chosen_level() -> cholesky->invert(r.data(), w.data(), n, r.stride());
    if (squared) chosen_level()->cholesky->square(w.data(), r.data(), n, r.stride());
    Py_END_ALLOW_THREADS return squared ? r.array(true) : w.array(false);
} catch (const std::bad_alloc&) { return PyErr_NoMemory(); }

PyObject* triangle_inverse(PyObject*, PyObject* root) { return inverse(root, false); }
PyObject* cholesky_inverse(PyObject*, PyObject* root) { return inverse(root, true); }

PyMethodDef methods[] = {
    {"cholesky", cholesky, METH_O,
     "cholesky(matrix) -> R, upper triangular with matrix = R^T R; None where the matrix is not positive definite. "
     "Only "
     "the upper triangle is read."},
    {"triangle_inverse", triangle_inverse, METH_O, "triangle_inverse(R) -> R^-1, for an upper triangle."},
    {"cholesky_inverse", cholesky_inverse, METH_O, "cholesky_inverse(R) -> (R^T R)^-1, for an upper triangle."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_cholesky(PyObject* module) { return PyModule_AddFunctions(module, methods); }

}  // namespace verhulst
