// The Python face of the thread count.
#include "module.hpp"

#include <cstdlib>

#include "threads.hpp"

namespace verhulst {
namespace {

PyObject* set_num_threads(PyObject*, PyObject* argument) {
    PyObject* index = PyNumber_Index(argument);
    if (!index) {
        PyErr_Format(PyExc_TypeError, "the number of threads must be a whole number, not %.100s",
                     Py_TYPE(argument)->tp_name);
        return nullptr;
    }
    int overflow = 0;
    const long n = PyLong_AsLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    if (overflow || n < 1 || n > most_threads) {
        PyErr_Format(PyExc_ValueError, "the number of threads must be from 1 to %d, got %R", most_threads, argument);
        return nullptr;
    }
    set_thread_count(static_cast<int>(n));
    Py_RETURN_NONE;
}

PyObject* get_num_threads(PyObject*, PyObject*) { return PyLong_FromLong(thread_count()); }

PyMethodDef methods[] = {{"set_num_threads", set_num_threads, METH_O, "set_num_threads(n)"},
                         {"get_num_threads", get_num_threads, METH_NOARGS, "get_num_threads()"},
                         {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_threads(PyObject* module) {
    const char* wanted = std::getenv("VERHULST_NUM_THREADS");
    if (wanted && *wanted) {
        char* end = nullptr;
        const long n = std::strtol(wanted, &end, 10);
        if (*end || n < 1 || n > most_threads) {
            PyErr_Format(PyExc_ImportError, "VERHULST_NUM_THREADS must be a whole number from 1 to %d, got '%s'",
                         most_threads, wanted);
            return -1;
        }
        set_thread_count(static_cast<int>(n));
    }
    return PyModule_AddFunctions(module, methods);
}

}  // namespace verhulst
