#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace verhulst {

// Adds to the module: logistic_statistics(...). Returns -1 with an exception set on failure.
int add_regression(PyObject* module);

}  // namespace verhulst
