#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace verhulst {

// Adds binary_cross_entropy_sum to the module. Needs NumPy's C interface to be imported. Returns -1 with an exception
// set on failure.
int add_loss_sums(PyObject* module);

}  // namespace verhulst
