// The extension module verhulst._core: registration, nothing else.
#include "functions/ufuncs.hpp"
#include "huge_pages.hpp"
#include "regression/module.hpp"
#include "testing.hpp"
#include "thread_settings.hpp"

namespace {

int execute(PyObject* module) {
    if (verhulst::add_ufuncs(module) < 0 || verhulst::add_regression(module) < 0) return -1;
    if (verhulst::add_cholesky(module) < 0 || verhulst::add_take_rows(module) < 0) return -1;
    if (verhulst::add_testing(module) < 0 || verhulst::add_huge_pages(module) < 0) return -1;
    return verhulst::add_thread_settings(module);
}

PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(execute)},
#if PY_VERSION_HEX >= 0x030c0000
                            {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030d0000
                            {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
                            {0, nullptr}};

PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_core", "Compiled kernels of verhulst.", 0, nullptr,
                          slots,                 nullptr, nullptr,                         nullptr};

}  // namespace

PyMODINIT_FUNC PyInit__core() { return PyModuleDef_Init(&definition); }
