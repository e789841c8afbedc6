// Arrays as Python passes them to the block kernels, and matrices as it gets them back.
#pragma once

#include "numpy_api.hpp"

#include "regression/columns.hpp"
#include "regression/statistics.hpp"

namespace verhulst {

// A contiguous float64 vector of `size` numbers, or null for None where that is allowed. False: an exception is set.
bool vector(PyObject* object, npy_intp size, bool optional, const char* name, const double** to);

// The design of a request: a matrix, or columns where they lie. False: an exception is set.
bool read_design(PyObject* x, Request& request, Columns& columns);

// A symmetric matrix as a level adds it up.
struct Triangle {
    const double *tiles, *ones_edge;
    double ones_corner;
    npy_intp panel;
};

// The tiles of the upper triangle, written out as a full matrix of request.size() rows.
void write_matrix(const Triangle& sums, const Request& request, double* to);

}  // namespace verhulst
