// NumPy ufuncs over the kernels of the chosen level.
//
// These are NumPy's "legacy" loops: the only kind with which integers and mixed arguments promote as users expect.
// A loop gets strides, not contiguous arrays: strided arguments are gathered into a small block, so that the one
// kernel serves all and a stride cannot change a bit.

#include "functions/registered.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "cpu.hpp"
#include "environment.hpp"
#include "functions/row_ufuncs.hpp"
#include "threads.hpp"

namespace verhulst {
namespace {

struct Loop {
    Kernel kernel;
    int inputs, outputs, item_size;
};

struct Signature {
    const char* name;
    int inputs, outputs;
};
constexpr Signature signatures[function_count] = {
#define VERHULST_FUNCTION(name, inputs, outputs) {#name, inputs, outputs},
#include "functions/functions.def"
#undef VERHULST_FUNCTION
};

template <class Item>
void gather(const char* from, npy_intp stride, char* to, npy_intp n) {
    for (npy_intp i = 0; i < n; ++i) std::memcpy(to + i * sizeof(Item), from + i * stride, sizeof(Item));
}
template <class Item>
void scatter(const char* from, char* to, npy_intp stride, npy_intp n) {
    for (npy_intp i = 0; i < n; ++i) std::memcpy(to + i * stride, from + i * sizeof(Item), sizeof(Item));
}
void gather(int size, const char* from, npy_intp stride, char* to, npy_intp n) {
    if (size == 8) return gather<std::uint64_t>(from, stride, to, n);
    if (size == 4) return gather<std::uint32_t>(from, stride, to, n);
    gather<std::uint16_t>(from, stride, to, n);
}
void scatter(int size, const char* from, char* to, npy_intp stride, npy_intp n) {
    if (size == 8) return scatter<std::uint64_t>(from, to, stride, n);
    if (size == 4) return scatter<std::uint32_t>(from, to, stride, n);
    scatter<std::uint16_t>(from, to, stride, n);
}

void run(const Loop& loop, char** args, const npy_intp* strides, npy_intp n) {
    const int arguments = loop.inputs + loop.outputs;
    const int size = loop.item_size;
    const bool contiguous =
        std::all_of(strides, strides + arguments, [size](npy_intp stride) { return stride == size; });
    if (contiguous) {
        loop.kernel(args, args + loop.inputs, n);
        return;
    }
    constexpr npy_intp block = 512;
    alignas(64) char buffer[most_arguments][block * 8];
    char* at[most_arguments];
    for (npy_intp start = 0; start < n; start += block) {
        const npy_intp m = std::min(block, n - start);
        for (int a = 0; a < arguments; ++a) {
            char* p = args[a] + start * strides[a];
            at[a] = strides[a] == size ? p : buffer[a];
            const bool same_as_before = start && strides[a] == 0;  // one number for all
            if (a < loop.inputs && at[a] != p && !same_as_before) gather(size, p, strides[a], at[a], m);
        }
        loop.kernel(at, at + loop.inputs, m);
        for (int a = loop.inputs; a < arguments; ++a)
            if (at[a] == buffer[a]) scatter(size, at[a], args[a] + start * strides[a], strides[a], m);
    }
}

void ufunc_loop(char** args, const npy_intp* dimensions, const npy_intp* strides, void* data) {
    const Environment environment;
    const Loop& loop = *static_cast<const Loop*>(data);
    const npy_intp n = dimensions[0];
    // Blocks long enough to be worth a thread, and a multiple of every kernel's width.
    constexpr npy_intp block = 32768;
    if (n < 2 * block || thread_count() == 1) return run(loop, args, strides, n);
    parallel_for((n + block - 1) / block, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        char* at[most_arguments];
        for (int a = 0; a < loop.inputs + loop.outputs; ++a) at[a] = args[a] + begin * block * strides[a];
        run(loop, at, strides, std::min(n, end * block) - begin * block);
    });
}

// The same over the last axis of arrays whose rows lie apart: all rows in one call.
void rows_loop(char** args, const npy_intp* dimensions, const npy_intp* steps, void* data) {
    const Environment environment;
    const Loop& loop = *static_cast<const Loop*>(data);
    const int arguments = loop.inputs + loop.outputs;
    const npy_intp rows = dimensions[0], n = dimensions[1];
    const npy_intp block = std::max<npy_intp>(1, 32768 / std::max<npy_intp>(n, 1));  // rows that are worth a thread
    parallel_for((rows + block - 1) / block, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (npy_intp r = begin * block; r < std::min(rows, end * block); ++r) {
            char* at[most_arguments];
            for (int a = 0; a < arguments; ++a) at[a] = args[a] + r * steps[a];
            run(loop, at, steps + arguments, n);
        }
    });
}

Registered<Loop> registered[function_count], registered_rows[function_count];

// "(n),(n)->(n)"
std::string row_signature(const Signature& s) {
    std::string text;
    for (int a = 0; a < s.inputs + s.outputs; ++a) text += a == 0 ? "(n)" : a == s.inputs ? "->(n)" : ",(n)";
    return text;
}

Loop loop_of(Type type, int f) {
    return {chosen_level()->functions[f]->by_type[type], signatures[f].inputs, signatures[f].outputs, item_sizes[type]};
}

PyObject* make(PyObject* args, Registered<Loop>* made, PyUFuncGenericFunction function) {
    const char *name, *doc;
    if (!PyArg_ParseTuple(args, "ss:ufunc", &name, &doc)) return nullptr;
    const int f = find(signatures, name);
    if (f < 0) return nullptr;
    const Signature& s = signatures[f];
    const std::string over_rows = row_signature(s);
    return made[f].make(s.name, doc, s.inputs, s.outputs, function,
                        made == registered_rows ? over_rows.c_str() : nullptr, loop_of, f);
}

PyObject* make_ufunc(PyObject*, PyObject* args) { return make(args, registered, ufunc_loop); }
PyObject* make_rows_ufunc(PyObject*, PyObject* args) { return make(args, registered_rows, rows_loop); }

// Gives every ufunc made so far a loop for ml_dtypes.bfloat16. Must come before the first call with that type:
// NumPy remembers how it resolved a type.
PyObject* register_bfloat16(PyObject*, PyObject* descriptor) {
    if (!PyArray_DescrCheck(descriptor)) {
        PyErr_SetString(PyExc_TypeError, "register_bfloat16 takes a dtype");
        return nullptr;
    }
    const int number = reinterpret_cast<PyArray_Descr*>(descriptor)->type_num;
    for (int f = 0; f < function_count; ++f)
        if (registered[f].add_bfloat16(number) < 0 || registered_rows[f].add_bfloat16(number) < 0) return nullptr;
    if (register_row_bfloat16(number) < 0) return nullptr;
    Py_RETURN_NONE;
}

// A kernel on memory that holds numbers side by side, without NumPy's search for a loop.
PyObject* apply(PyObject*, PyObject* const* args, Py_ssize_t count) {
    constexpr int fixed = 4;
    const char* name = count >= fixed ? PyUnicode_AsUTF8(args[0]) : nullptr;
    if (!name) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "apply takes a name, a type, rows, columns and memory");
        return nullptr;
    }
    const int f = find(signatures, name);
    if (f < 0) return nullptr;
    const Signature& s = signatures[f];
    const int arguments = s.inputs + s.outputs;
    const long type = PyLong_AsLong(args[1]);
    npy_intp dimensions[2] = {PyLong_AsSsize_t(args[2]), PyLong_AsSsize_t(args[3])};
    if (PyErr_Occurred()) return nullptr;
    if (count != fixed + 2 * arguments || type < 0 || type >= type_count || dimensions[0] < 0 || dimensions[1] < 0) {
        PyErr_Format(PyExc_ValueError, "%s takes %d addresses, each with a step", name, arguments);
        return nullptr;
    }
    char* at[most_arguments];
    npy_intp steps[2 * most_arguments];
    for (int a = 0; a < arguments; ++a) {
        at[a] = static_cast<char*>(PyLong_AsVoidPtr(args[fixed + 2 * a]));
        steps[a] = PyLong_AsSsize_t(args[fixed + 2 * a + 1]);
        steps[arguments + a] = item_sizes[type];
    }
    if (PyErr_Occurred()) return nullptr;
    Loop loop = loop_of(static_cast<Type>(type), f);
    Py_BEGIN_ALLOW_THREADS if (dimensions[0] == 1) ufunc_loop(at, dimensions + 1, steps + arguments, &loop);
    else rows_loop(at, dimensions, steps, &loop);
    Py_END_ALLOW_THREADS Py_RETURN_NONE;
}

PyMethodDef methods[] = {
    {"ufunc", make_ufunc, METH_VARARGS, "ufunc(name, doc): the ufunc over the kernel of that name."},
    {"rows_ufunc", make_rows_ufunc, METH_VARARGS,
     "rows_ufunc(name, doc): the same as a generalised ufunc over the last axis, for rows that lie apart."},
    {"register_bfloat16", register_bfloat16, METH_O, "register_bfloat16(dtype): add bfloat16 loops to every ufunc."},
    {"apply", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(apply)), METH_FASTCALL,
     "apply(name, type, rows, columns, address, step, ...): a kernel on memory, for each argument where its numbers "
     "begin "
     "and how many bytes lie from row to row; type 0 to 3: float16, bfloat16, float32, float64."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_ufuncs(PyObject* module) { return PyModule_AddFunctions(module, methods); }

}  // namespace verhulst
