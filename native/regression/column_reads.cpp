// What is asked of columns besides a fit, each in one read on all threads: whether they are finite, and log-odds of rows.
#include "regression/columns_module.hpp"

#include <algorithm>
#include <vector>

#include "cpu.hpp"
#include "regression/column_loops.hpp"
#include "threads.hpp"

namespace verhulst {
namespace {

constexpr std::ptrdiff_t rows_at_a_time = 1024, task_rows = 32 * rows_at_a_time;

struct Task {
    std::size_t vector;
    std::ptrdiff_t start, stop;
};

PyObject* finite_vectors(PyObject*, PyObject* given) {
    if (!PyTuple_Check(given)) {
        PyErr_SetString(PyExc_ValueError, "finite_vectors takes a tuple of vectors");
        return nullptr;
    }
    std::vector<Batch> vectors;
    std::vector<Task> tasks;
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(given); ++k) {
        Columns one;
        PyObject* batch = PyTuple_Pack(1, PyTuple_GET_ITEM(given, k));
        PyObject* batches = batch ? PyTuple_Pack(1, batch) : nullptr;
        const bool read = batches && read_batches(batches, one);
        Py_XDECREF(batch);
        Py_XDECREF(batches);
        if (!read) return nullptr;
        vectors.push_back(one.batches.front());
        for (std::ptrdiff_t start = 0; start < one.rows; start += task_rows)
            tasks.push_back({vectors.size() - 1, start, std::min(start + task_rows, one.rows)});
    }
    const npy_intp size = static_cast<npy_intp>(vectors.size());
    PyObject* made = PyArray_SimpleNew(1, &size, NPY_BOOL);
    if (!made) return nullptr;
    std::vector<char> of_tasks(tasks.size());
    const ColumnLoops& loops = *chosen_level()->column_loops;
    Py_BEGIN_ALLOW_THREADS;
    parallel_for(static_cast<std::ptrdiff_t>(tasks.size()), [&](std::ptrdiff_t first, std::ptrdiff_t last) {
        double room[rows_at_a_time];
        for (std::ptrdiff_t k = first; k < last; ++k) {
            const Task& task = tasks[static_cast<std::size_t>(k)];
            bool finite = true;
            for (std::ptrdiff_t row = task.start; finite && row < task.stop; row += rows_at_a_time) {
                const std::ptrdiff_t count = std::min(rows_at_a_time, task.stop - row);
                finite = loops.finite(doubles(vectors[task.vector], {0, -1}, row, count, room), count);
            }
            of_tasks[static_cast<std::size_t>(k)] = finite;
        }
    });
    Py_END_ALLOW_THREADS;
    npy_bool* to = static_cast<npy_bool*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(made)));
    std::fill_n(to, size, 1);
    for (std::size_t k = 0; k < tasks.size(); ++k) to[tasks[k].vector] &= static_cast<npy_bool>(of_tasks[k]);
    return made;
}

PyObject* column_log_odds(PyObject*, PyObject* args) {
    PyObject *x, *given;
    double constant;
    Columns columns;
    if (!PyArg_ParseTuple(args, "OOd:column_log_odds", &x, &given, &constant) || !read_columns(x, columns))
        return nullptr;
    PyArrayObject* slopes = reinterpret_cast<PyArrayObject*>(given);
    const std::size_t p = columns.numbers.size();
    if (!PyArray_Check(given) || PyArray_TYPE(slopes) != NPY_DOUBLE || PyArray_NDIM(slopes) != 1 ||
        !PyArray_ISCARRAY_RO(slopes) || static_cast<std::size_t>(PyArray_DIM(slopes, 0)) != p) {
        PyErr_SetString(PyExc_ValueError, "slopes must be a contiguous float64 vector, a number for each column");
        return nullptr;
    }
    const double* slope = static_cast<const double*>(PyArray_DATA(slopes));
    const npy_intp rows = columns.rows, size = static_cast<npy_intp>(p);
    PyObject* made = PyArray_SimpleNew(1, &rows, NPY_DOUBLE);
    PyObject* counted = PyArray_ZEROS(1, &size, NPY_INTP, 0);
    if (!made || !counted) {
        Py_XDECREF(made);
        Py_XDECREF(counted);
        return nullptr;
    }
    double* eta = static_cast<double*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(made)));
    npy_intp* nonzero = static_cast<npy_intp*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(counted)));
    const std::ptrdiff_t tasks = (rows + task_rows - 1) / task_rows;
    std::vector<npy_intp> of_tasks(static_cast<std::size_t>(tasks) * p);
    const ColumnLoops& loops = *chosen_level()->column_loops;
    Py_BEGIN_ALLOW_THREADS;
    parallel_for(tasks, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
        double room[rows_at_a_time];
        std::int32_t codes[rows_at_a_time];
        for (std::ptrdiff_t start = first * task_rows; start < std::min<std::ptrdiff_t>(last * task_rows, rows);
             start += rows_at_a_time) {
            const std::ptrdiff_t count = std::min<std::ptrdiff_t>(rows_at_a_time, rows - start);
            npy_intp* mine = of_tasks.data() + static_cast<std::size_t>(start / task_rows) * p;
            std::fill_n(eta + start, count, constant);
            columns.each_batch(start, count,
                               [&](const Batch& batch, std::ptrdiff_t row, std::ptrdiff_t some, std::ptrdiff_t at) {
                                   double* to = eta + start + at;
                                   for (std::size_t j = 0; j < p; ++j) {
                                       const double* value = doubles(batch, columns.numbers[j], row, some, room);
                                       mine[j] += loops.add_multiple(slope[j], value, some, to);
                                   }
                               });
            for (const Columns::Coded& each : columns.coded) {
                read_codes(columns, each, start, count, codes);
                for (std::ptrdiff_t r = 0; r < count; ++r) eta[start + r] += each.eta[codes[r]];
            }
            if ((start + count) % task_rows == 0 || start + count == rows)
                columns.release(start / task_rows * task_rows, start + count);
        }
    });
    Py_END_ALLOW_THREADS;
    for (std::size_t k = 0; k < of_tasks.size(); ++k) nonzero[k % p] += of_tasks[k];
    return Py_BuildValue("NN", made, counted);
}

PyMethodDef methods[] = {{"finite_vectors", finite_vectors, METH_O,
                          "finite_vectors(vectors) -> (k,) whether all numbers of each are finite."},
                         {"column_log_odds", column_log_odds, METH_VARARGS,
                          "column_log_odds(columns, slopes, constant) -> (log-odds of each row, how many numbers of "
                          "each column are not 0).\n"
                          "columns: as for logistic_statistics; the first of the tables tells what codes add."},
                         {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_column_reads(PyObject* module) { return PyModule_AddFunctions(module, methods); }

}  // namespace verhulst
