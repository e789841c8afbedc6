// The Python face of cpu.hpp.
#include "module.hpp"

#include <cstdlib>
#include <string>

#include "cpu.hpp"

namespace verhulst {
namespace {

PyObject* cpu_level(PyObject*, PyObject*) { return PyUnicode_FromString(chosen_level()->name); }

PyObject* names(const std::vector<const Level*>& levels) {
    PyObject* list = PyList_New(static_cast<Py_ssize_t>(levels.size()));
    for (std::size_t i = 0; list && i < levels.size(); ++i) {
        PyObject* name = PyUnicode_FromString(levels[i]->name);
        if (!name)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), name);
    }
    return list;
}

PyObject* cpu_levels(PyObject*, PyObject*) { return names(usable_levels()); }
PyObject* built_levels(PyObject*, PyObject*) { return names(verhulst::built_levels()); }

PyMethodDef methods[] = {
    {"cpu_level", cpu_level, METH_NOARGS, "The instruction-set level in use."},
    {"cpu_levels", cpu_levels, METH_NOARGS, "The levels in this build that this processor can run, lowest first."},
    {"built_levels", built_levels, METH_NOARGS, "The levels in this build, lowest first."},
    {nullptr, nullptr, 0, nullptr}};

// -1, with an exception set that says why there is no level to use.
int no_level() {
    std::string built;
    for (const Level* level : verhulst::built_levels()) built += (built.empty() ? "" : ", ") + std::string(level->name);
    const char* wanted = std::getenv("VERHULST_CPU");
    if (wanted && *wanted)
        PyErr_Format(PyExc_ImportError,
                     "VERHULST_CPU=%s is not an instruction-set level that this build has and this processor can run "
                     "(levels in this build: %s)",
                     wanted, built.c_str());
    else
        PyErr_Format(PyExc_ImportError,
                     "this processor runs none of the instruction-set levels in this build (%s); build for it with "
                     "-Csetup-args=-Dlevels=all or native",
                     built.c_str());
    return -1;
}

}  // namespace

int add_cpu(PyObject* module) { return chosen_level() ? PyModule_AddFunctions(module, methods) : no_level(); }

}  // namespace verhulst
