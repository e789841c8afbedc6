#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace verhulst {

// Adds to the module: ufunc(name, doc), register_bfloat16(dtype), cpu_level(), cpu_levels(). Returns -1 with an exception set on failure.
int add_ufuncs(PyObject* module);

}  // namespace verhulst
