// ReduceMean: the mean over axes.
#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/reduce.h"

namespace dlis::nn {

constinit const OpRow reduce_mean_row =
    reduce_row<axes_attribute, Reduction::mean>("ReduceMean", "the mean over axes");

}  // namespace dlis::nn
