#include "regression/columns_module.hpp"

#include <algorithm>

namespace verhulst {
namespace {

bool refuse(const char* what) {
    PyErr_SetString(PyExc_ValueError, what);
    return false;
}

bool type_of(PyArrayObject* array, NumberType& type) {
    const char kind = PyArray_DESCR(array)->kind;
    const npy_intp size = PyArray_ITEMSIZE(array);
    const int place = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;
    if (kind == 'f' && size >= 4 && size <= 8)
        type = size == 8 ? NumberType::float64 : NumberType::float32;
    else if (kind == 'i')
        type = static_cast<NumberType>(static_cast<int>(NumberType::int8) + place);
    else if (kind == 'u' || kind == 'b')
        type = static_cast<NumberType>(static_cast<int>(NumberType::uint8) + place);
    else
        return false;
    return true;
}

// A contiguous matrix with `columns` columns, or null.
template <class Number>
const Number* contiguous(PyObject* object, int type, npy_intp columns, npy_intp& rows) {
    PyArrayObject* array = reinterpret_cast<PyArrayObject*>(object);
    if (!PyArray_Check(object) || PyArray_TYPE(array) != type || PyArray_NDIM(array) != 2 ||
        PyArray_DIM(array, 1) != columns || !PyArray_IS_C_CONTIGUOUS(array) || !PyArray_ISBEHAVED_RO(array))
        return nullptr;
    rows = PyArray_DIM(array, 0);
    return static_cast<const Number*>(PyArray_DATA(array));
}

}  // namespace

bool read_batches(PyObject* given, Columns& columns) {
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(given); ++k) {
        PyObject* vectors = PyTuple_GET_ITEM(given, k);
        if (!PyTuple_Check(vectors) || !PyTuple_GET_SIZE(vectors)) return refuse("a batch is a tuple of vectors");
        Batch batch{columns.rows, {}};
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(vectors); ++i) {
            PyObject* each = PyTuple_GET_ITEM(vectors, i);
            PyArrayObject* array = reinterpret_cast<PyArrayObject*>(each);
            View view;
            if (!PyArray_Check(each) || PyArray_NDIM(array) != 1 || !PyArray_ISBEHAVED_RO(array) ||
                !type_of(array, view.type))
                return refuse("columns must be aligned vectors of numbers in native byte order");
            const npy_intp rows = PyArray_DIM(array, 0);
            if (i && rows != PyArray_DIM(reinterpret_cast<PyArrayObject*>(PyTuple_GET_ITEM(vectors, 0)), 0))
                return refuse("the columns of a batch must have the same length");
            if (!i) columns.rows += rows;
            view.first = PyArray_BYTES(array);
            view.stride = PyArray_STRIDE(array, 0);
            batch.views.push_back(view);
        }
        if (k && batch.views.size() != columns.batches.front().views.size())
            return refuse("all batches must have the same columns");
        columns.batches.push_back(std::move(batch));
    }
    return !columns.batches.empty() || refuse("there must be a batch");
}

bool read_columns(PyObject* given, Columns& columns) {
    PyObject *batches, *numbers, *coded, *tables, *sums, *map = Py_None;
    if (!PyArg_ParseTuple(given, "O!OOOO|O:columns", &PyTuple_Type, &batches, &numbers, &coded, &tables, &sums, &map) ||
        !read_batches(batches, columns))
        return false;
    if (map != Py_None) {
        Py_buffer whole;
        if (PyObject_GetBuffer(map, &whole, PyBUF_SIMPLE)) return false;
        columns.map = static_cast<const char*>(whole.buf);
        columns.map_end = columns.map + whole.len;
        PyBuffer_Release(&whole);  // the batches hold it
    }
    const npy_intp sources = static_cast<npy_intp>(columns.batches.front().views.size());
    npy_intp some = 0, many = 0, two = 0;
    const npy_intp* each = contiguous<npy_intp>(numbers, NPY_INTP, 2, some);
    const npy_intp* codes = contiguous<npy_intp>(coded, NPY_INTP, 2, many);
    if (!each || !codes) return refuse("numbers and coded must be contiguous matrices of indices with two columns");
    for (npy_intp k = 0; k < some; ++k) columns.numbers.push_back({each[2 * k], each[2 * k + 1]});
    for (npy_intp k = 0; k < many; ++k) {
        if (codes[2 * k + 1] <= 0) return refuse("a coded column has at least one level");
        columns.coded.push_back({codes[2 * k], codes[2 * k + 1], columns.levels, nullptr, nullptr});
        columns.levels += codes[2 * k + 1];
    }
    const auto known = [=](npy_intp source) { return source >= 0 && source < sources; };
    for (const auto& number : columns.numbers)
        if (!known(number.source)) return refuse("a column is not among those of the batches");
    for (const auto& each_coded : columns.coded)
        if (!known(each_coded.source)) return refuse("a coded column is not among those of the batches");
    if (!many) return true;
    const double* table = contiguous<double>(tables, NPY_DOUBLE, columns.levels, two);
    if (!table || two != 2)
        return refuse("tables must be a contiguous float64 matrix of two rows, a column for each level");
    for (auto& to : columns.coded) {
        to.eta = table + to.first;
        to.along = to.eta + columns.levels;
    }
    PyArrayObject* out = reinterpret_cast<PyArrayObject*>(sums);
    if (!PyArray_Check(sums) || PyArray_TYPE(out) != NPY_DOUBLE || PyArray_NDIM(out) != 1 || !PyArray_ISCARRAY(out) ||
        PyArray_DIM(out, 0) != columns.size(some))
        return refuse("sums must be a contiguous float64 vector with room for those of the codes");
    columns.sums = static_cast<double*>(PyArray_DATA(out));
    return true;
}

void write_codes(const Sums& sums, const Columns& columns) {
    if (columns.coded.empty()) return;
    const std::ptrdiff_t p = static_cast<std::ptrdiff_t>(columns.numbers.size());
    const std::ptrdiff_t width = static_cast<std::ptrdiff_t>(sums.gradient.size());
    const double* from = sums.coded.data();
    double* to = std::copy_n(from, 2 * columns.levels, columns.sums);
    from += 2 * columns.levels;
    for (std::ptrdiff_t level = 0; level < columns.levels; ++level, from += width) to = std::copy_n(from, p, to);
    std::copy(from, sums.coded.data() + sums.coded.size(), to);
}

}  // namespace verhulst
