// The extension module verhulst._core: registration, nothing else.
#define VERHULST_IMPORTS_NUMPY
#include "numpy_api.hpp"

#include <initializer_list>

namespace {

int execute(PyObject* module) {
    using namespace verhulst;
    if (PyArray_ImportNumPyAPI() < 0 || PyUFunc_ImportUFuncAPI() < 0) return -1;
    for (auto add : {add_cpu, add_ufuncs, add_row_ufuncs, add_loss_sums, add_regression, add_class_statistics,
                     add_cholesky, add_column_reads, add_take_rows, add_threads, add_huge_pages, add_testing})
        if (add(module) < 0) return -1;
    return 0;
}

PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(execute)},
#if PY_VERSION_HEX >= 0x030c0000
                            {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030d0000
                            {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
                            {0, nullptr}};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_core", "Compiled kernels of verhulst.", 0, nullptr, slots, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit__core() { return PyModuleDef_Init(&definition); }
