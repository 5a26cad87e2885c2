// ReduceMax: the largest over axes.
#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/reduce.h"

namespace dlis::nn {

constinit const OpRow reduce_max_row =
    reduce_row<axes_attribute, Reduction::max>("ReduceMax", "the largest over axes");

}  // namespace dlis::nn
