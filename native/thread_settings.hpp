#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace verhulst {

// Adds to the module: set_num_threads(n), get_num_threads(); reads VERHULST_NUM_THREADS.
// Returns -1 with an exception set on failure.
int add_thread_settings(PyObject* module);

}  // namespace verhulst
