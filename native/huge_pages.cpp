// Large results in huge pages. The first touch of a fresh page of 4 KiB costs more than the thousand sigmoids in it;
// NumPy asks the kernel for pages of 2 MiB for its large arrays, other allocators do not.
#include "module.hpp"

#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace verhulst {
namespace {

// Only advice: where the system does not take it, nothing happens.
PyObject* advise_huge_pages(PyObject*, PyObject* args) {
    unsigned long long address;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "Kn:advise_huge_pages", &address, &size)) return nullptr;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    const std::uintptr_t page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const std::uintptr_t begin = (static_cast<std::uintptr_t>(address) + page - 1) / page * page;
    const std::uintptr_t end = (static_cast<std::uintptr_t>(address) + static_cast<std::uintptr_t>(size)) / page * page;
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
    Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"advise_huge_pages", advise_huge_pages, METH_VARARGS,
                          "advise_huge_pages(address, size): ask for huge pages within this memory, not yet touched."},
                         {nullptr, nullptr, 0, nullptr}};

}  // namespace

int add_huge_pages(PyObject* module) { return PyModule_AddFunctions(module, methods); }

}  // namespace verhulst
