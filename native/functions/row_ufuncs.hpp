#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace verhulst {

// Adds row_ufunc(name, doc) to the module: the generalised ufunc over a level's row kernel of that name.
// Needs NumPy's C interface to be imported. Returns -1 with an exception set on failure.
int add_row_ufuncs(PyObject* module);

// Gives every one made so far a loop for the user type of that number (bfloat16).
int register_row_bfloat16(int type_number);

}  // namespace verhulst
