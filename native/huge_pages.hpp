#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace verhulst {

// Adds advise_huge_pages(address, size) to the module. Returns -1 with an exception set on failure.
int add_huge_pages(PyObject* module);

}  // namespace verhulst
