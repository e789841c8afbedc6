#pragma once

namespace verhulst {

// Gives every row ufunc made so far a loop for the user type of that number (bfloat16). -1: an exception is set.
int register_row_bfloat16(int type_number);

}  // namespace verhulst
