// Columns as Python passes them to the block kernel.
#pragma once

#include "numpy_api.hpp"

#include "regression/columns.hpp"
#include "regression/statistics.hpp"

namespace verhulst {

// Appends batches, a tuple of tuples of vectors. False: an exception is set.
bool read_batches(PyObject* given, Columns& columns);

// (batches, numbers, coded, tables, sums), as `logistic_statistics` describes them. False: an exception is set.
bool read_columns(PyObject* given, Columns& columns);

// The sums of the codes, without the padding of the numbers, to where Python wants them.
void write_codes(const Sums& sums, const Columns& columns);

}  // namespace verhulst
