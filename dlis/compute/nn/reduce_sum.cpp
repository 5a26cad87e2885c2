// ReduceSum: the sum over axes.
#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/reduce.h"

namespace dlis::nn {

constinit const OpRow reduce_sum_row =
    reduce_row<axes_attribute, Reduction::sum>("ReduceSum", "the sum over axes");

}  // namespace dlis::nn
