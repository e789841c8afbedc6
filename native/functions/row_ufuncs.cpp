// NumPy generalised ufuncs (functions over an axis) over the row kernels of the chosen level.
//
// A kernel wants the numbers of a row side by side. Other layouts are copied, a tile of rows at a time, so that one
// kernel serves all and a stride cannot change a bit.
#include "functions/registered.hpp"

#include "functions/row_ufuncs.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#include "cpu.hpp"
#include "environment.hpp"
#include "threads.hpp"

namespace verhulst {
namespace {

struct Signature {
    const char *name, *text;
    bool row_out() const { return text[std::strlen(text) - 2] == 'n'; }
};
constexpr Signature signatures[row_function_count] = {
#define VERHULST_ROW_FUNCTION(name, signature) {#name, signature},
#include "functions/row_functions.def"
#undef VERHULST_ROW_FUNCTION
};

struct Loop {
    RowKernel kernel;
    npy_intp item_size;
    bool row_out;  // writes a row for each row, else one number
};

// A matrix of items: where it begins, and its steps in bytes from row to row and from column to column.
struct Matrix {
    char* data;
    npy_intp row_step, column_step;
};

template <class Item>
void copy_items(Matrix from, Matrix to, npy_intp rows, npy_intp columns) {
    const bool by_row =
        std::abs(from.column_step) + std::abs(to.column_step) <= std::abs(from.row_step) + std::abs(to.row_step);
    const npy_intp outer = by_row ? rows : columns, inner = by_row ? columns : rows;
    const npy_intp from_outer = by_row ? from.row_step : from.column_step;
    const npy_intp from_inner = by_row ? from.column_step : from.row_step;
    const npy_intp to_outer = by_row ? to.row_step : to.column_step;
    const npy_intp to_inner = by_row ? to.column_step : to.row_step;
    for (npy_intp i = 0; i < outer; ++i)
        for (npy_intp j = 0; j < inner; ++j)
            std::memcpy(to.data + i * to_outer + j * to_inner, from.data + i * from_outer + j * from_inner,
                        sizeof(Item));
}

void copy(npy_intp item_size, Matrix from, Matrix to, npy_intp rows, npy_intp columns) {
    if (item_size == 8) return copy_items<std::uint64_t>(from, to, rows, columns);
    if (item_size == 4) return copy_items<std::uint32_t>(from, to, rows, columns);
    copy_items<std::uint16_t>(from, to, rows, columns);
}

void run(const Loop& loop, Matrix in, Matrix out, npy_intp n, npy_intp rows) {
    const npy_intp size = loop.item_size;
    const bool in_ready = in.column_step == size || n <= 1;
    const bool out_ready = !loop.row_out || out.column_step == size || n <= 1;
    if (in_ready && out_ready) {
        loop.kernel(in.data, in.row_step, out.data, out.row_step, n, rows);
        return;
    }
    const npy_intp tile = std::min(rows, std::max<npy_intp>(16, 8192 / n));
    std::vector<char> buffer(static_cast<std::size_t>(tile * n * size));
    const Matrix packed = {buffer.data(), n * size, size};
    for (npy_intp r = 0; r < rows; r += tile) {
        const npy_intp m = std::min(tile, rows - r);
        const Matrix from = {in.data + r * in.row_step, in.row_step, in.column_step};
        const Matrix to = {out.data + r * out.row_step, out.row_step, out.column_step};
        const Matrix source = in_ready ? from : packed;
        if (!in_ready) copy(size, from, packed, m, n);
        const Matrix sink = out_ready ? to : packed;
        loop.kernel(source.data, source.row_step, sink.data, sink.row_step, n, m);
        if (!out_ready) copy(size, packed, to, m, n);
    }
}

void row_loop(char** args, const npy_intp* dimensions, const npy_intp* steps, void* data) {
    const Environment environment;
    const Loop& loop = *static_cast<const Loop*>(data);
    const npy_intp rows = dimensions[0], n = dimensions[1];
    const Matrix in = {args[0], steps[0], steps[2]};
    const Matrix out = {args[1], steps[1], loop.row_out ? steps[3] : 0};
    const npy_intp block = std::max<npy_intp>(1, 32768 / std::max<npy_intp>(n, 1));  // rows that are worth a thread
    try {
        parallel_for((rows + block - 1) / block, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            const npy_intp first = begin * block;
            run(loop, {in.data + first * in.row_step, in.row_step, in.column_step},
                {out.data + first * out.row_step, out.row_step, out.column_step}, n,
                std::min(rows, end * block) - first);
        });
    } catch (const std::bad_alloc&) {
        const PyGILState_STATE state = PyGILState_Ensure();
        PyErr_NoMemory();
        PyGILState_Release(state);
    }
}

Registered<Loop> registered[row_function_count];

Loop loop_of(Type type, int f) {
    return {chosen_level()->row_functions[f]->by_type[type], item_sizes[type], signatures[f].row_out()};
}

PyObject* make_row_ufunc(PyObject*, PyObject* args) {
    const char *name, *doc;
    if (!PyArg_ParseTuple(args, "ss:row_ufunc", &name, &doc)) return nullptr;
    const int f = find(signatures, name);
    if (f < 0) return nullptr;
    return registered[f].make(signatures[f].name, doc, 1, 1, row_loop, signatures[f].text, loop_of, f);
}

PyMethodDef methods[] = {{"row_ufunc", make_row_ufunc, METH_VARARGS,
                          "row_ufunc(name, doc): the generalised ufunc over the row kernel of that name."},
                         {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_row_ufuncs(PyObject* module) { return PyModule_AddFunctions(module, methods); }

int register_row_bfloat16(int type_number) {
    for (Registered<Loop>& r : registered)
        if (r.add_bfloat16(type_number) < 0) return -1;
    return 0;
}

}  // namespace verhulst
