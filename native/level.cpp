// Compiled once per level: the table of this level's kernels.
#include "level.hpp"
#include "simd/vector.hpp"

namespace verhulst::VERHULST_LEVEL {

#define VERHULST_FUNCTION(name, inputs, outputs) extern const Kernels name;
#include "functions/functions.def"
#undef VERHULST_FUNCTION
#define VERHULST_ROW_FUNCTION(name, signature) extern const RowKernels name;
#include "functions/row_functions.def"
#undef VERHULST_ROW_FUNCTION
extern const LossSumKernelsByType loss_sums;
extern const Cholesky cholesky;
extern const ColumnLoops column_loops;
void add_rows(const Request&, std::ptrdiff_t start, std::ptrdiff_t stop, std::vector<double>& scratch, Sums&);
void add_class_rows(const ClassRequest&, std::ptrdiff_t start, std::ptrdiff_t stop, std::vector<double>& scratch,
                    ClassSums&);

#define VERHULST_STRING(x) #x
#define VERHULST_NAME(x) VERHULST_STRING(x)

extern const Level level;
const Level level = {VERHULST_NAME(VERHULST_LEVEL),
                     {
#define VERHULST_FUNCTION(name, inputs, outputs) &name,
#include "functions/functions.def"
#undef VERHULST_FUNCTION
                     },
                     {
#define VERHULST_ROW_FUNCTION(name, signature) &name,
#include "functions/row_functions.def"
#undef VERHULST_ROW_FUNCTION
                     },
                     &loss_sums,
                     add_rows,
                     add_class_rows,
                     &cholesky,
                     &column_loops};

}  // namespace verhulst::VERHULST_LEVEL
