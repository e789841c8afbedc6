#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace verhulst {

// Adds to the module: logistic_statistics, jeffreys_gradient. Returns -1 with an exception set on failure.
int add_regression(PyObject* module);
// Adds to the module: cholesky, triangle_inverse, cholesky_inverse. Likewise.
int add_cholesky(PyObject* module);
// Adds to the module: take_rows. Likewise.
int add_take_rows(PyObject* module);

}  // namespace verhulst
