// What each file adds to the extension module. -1: an exception is set.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace verhulst {

int add_cpu(PyObject* module);         // cpu_level, cpu_levels, built_levels; an ImportError where no level can be used
int add_ufuncs(PyObject* module);      // ufunc, rows_ufunc, register_bfloat16, apply
int add_row_ufuncs(PyObject* module);  // row_ufunc
int add_loss_sums(PyObject* module);   // binary_cross_entropy_sum
int add_regression(PyObject* module);  // logistic_statistics, jeffreys_gradient
int add_class_statistics(PyObject* module);  // class_statistics
int add_cholesky(PyObject* module);          // cholesky, triangle_inverse, cholesky_inverse
int add_column_reads(PyObject* module);      // finite_vectors, column_log_odds
int add_take_rows(PyObject* module);         // take_rows
int add_threads(PyObject* module);           // set_num_threads, get_num_threads; reads VERHULST_NUM_THREADS
int add_huge_pages(PyObject* module);        // advise_huge_pages
int add_testing(PyObject* module);           // what only the tests call

}  // namespace verhulst
