// NumPy ufuncs over the kernels of the chosen level.
//
// These are NumPy's "legacy" loops: the only kind with which integers and mixed arguments promote as users expect.
// A loop gets strides, not contiguous arrays: strided arguments are gathered into a small block, so that the one
// kernel serves all and a stride cannot change a bit.
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL verhulst_ARRAY_API
#define PY_UFUNC_UNIQUE_SYMBOL verhulst_UFUNC_API
#include "functions/ufuncs.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "cpu.hpp"
#include "environment.hpp"
#include "functions/loss_sums.hpp"
#include "functions/registered.hpp"
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
    return made[f].make(s.name, doc, s.inputs, s.outputs, function, made == registered_rows ? over_rows.c_str() : nullptr,
                        loop_of, f);
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
    Py_BEGIN_ALLOW_THREADS
    if (dimensions[0] == 1)
        ufunc_loop(at, dimensions + 1, steps + arguments, &loop);
    else
        rows_loop(at, dimensions, steps, &loop);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

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
    {"ufunc", make_ufunc, METH_VARARGS, "ufunc(name, doc): the ufunc over the kernel of that name."},
    {"rows_ufunc", make_rows_ufunc, METH_VARARGS,
     "rows_ufunc(name, doc): the same as a generalised ufunc over the last axis, for rows that lie apart."},
    {"register_bfloat16", register_bfloat16, METH_O, "register_bfloat16(dtype): add bfloat16 loops to every ufunc."},
    {"apply", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(apply)), METH_FASTCALL,
     "apply(name, type, rows, columns, address, step, ...): a kernel on memory, for each argument where its numbers begin "
     "and how many bytes lie from row to row; type 0 to 3: float16, bfloat16, float32, float64."},
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

int add_ufuncs(PyObject* module) {
    if (PyArray_ImportNumPyAPI() < 0 || PyUFunc_ImportUFuncAPI() < 0) return -1;
    if (!chosen_level()) return no_level();
    if (add_row_ufuncs(module) < 0 || add_loss_sums(module) < 0) return -1;
    return PyModule_AddFunctions(module, methods);
}

}  // namespace verhulst
