#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace verhulst {

// Adds to the module what only its tests call. Returns -1 with an exception set on failure.
int add_testing(PyObject* module);

}  // namespace verhulst
