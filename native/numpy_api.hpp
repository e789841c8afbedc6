// NumPy's C interface, shared by all files; module.cpp defines VERHULST_IMPORTS_NUMPY and imports it.
#pragma once

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL verhulst_ARRAY_API
#define PY_UFUNC_UNIQUE_SYMBOL verhulst_UFUNC_API
#if !defined(VERHULST_IMPORTS_NUMPY)
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#endif

#include "module.hpp"

#include <numpy/arrayobject.h>
#include <numpy/ufuncobject.h>
