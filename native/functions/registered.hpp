// A ufunc and what NumPy keeps pointers to for as long as the process lives.
#pragma once

#include "numpy_api.hpp"

#include <algorithm>
#include <cstring>

#include "kernel.hpp"

namespace verhulst {

constexpr int most_arguments = 15;
constexpr int item_sizes[type_count] = {2, 2, 4, 8};

// Loop: what a loop function finds behind its data pointer, one for each type.
template <class Loop>
struct Registered {
    static constexpr int numpy_types = 3;  // NumPy's own: float16, float32, float64, in this order

    PyObject* ufunc = nullptr;
    Loop loops[type_count];

    // Makes the ufunc, once; a generalised one where there is a signature. A new reference; null: an exception is set.
    PyObject* make(const char* name, const char* doc, int inputs, int outputs, PyUFuncGenericFunction function,
                   const char* signature, Loop (*loop)(Type, int index), int index) {
        if (ufunc) return Py_NewRef(ufunc);
        constexpr Type types[numpy_types] = {float16, float32, float64};
        constexpr char numbers[numpy_types] = {NPY_HALF, NPY_FLOAT, NPY_DOUBLE};
        for (int t = 0; t < type_count; ++t) loops[t] = loop(static_cast<Type>(t), index);
        for (int t = 0; t < numpy_types; ++t) {
            functions_[t] = function;
            data_[t] = &loops[types[t]];
            std::fill_n(types_ + t * (inputs + outputs), inputs + outputs, numbers[t]);
        }
        char* kept = strdup(doc);
        if (!kept) return PyErr_NoMemory();
        ufunc = PyUFunc_FromFuncAndDataAndSignature(functions_, data_, types_, numpy_types, inputs, outputs,
                                                    PyUFunc_None, name, kept, 0, signature);
        return Py_XNewRef(ufunc);
    }

    // Gives the ufunc, if it has been made, a loop for the user type of that number. -1: an exception is set.
    int add_bfloat16(int number) {
        int types[most_arguments];
        std::fill_n(types, most_arguments, number);
        return ufunc ? PyUFunc_RegisterLoopForType(reinterpret_cast<PyUFuncObject*>(ufunc), number, functions_[0],
                                                   types, &loops[bfloat16])
                     : 0;
    }

  private:
    PyUFuncGenericFunction functions_[numpy_types];
    void* data_[numpy_types];
    char types_[numpy_types * most_arguments];
};

// The place of a name in a table of signatures; -1: an exception is set.
template <class Signature, int count>
int find(const Signature (&signatures)[count], const char* name) {
    for (int i = 0; i < count; ++i)
        if (std::strcmp(signatures[i].name, name) == 0) return i;
    PyErr_Format(PyExc_ValueError, "there is no kernel named '%s'", name);
    return -1;
}

}  // namespace verhulst
