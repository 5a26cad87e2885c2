// GlobalAveragePool: the mean of every channel.
#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/reduce.h"

namespace dlis::nn {

constinit const OpRow global_average_pool_row =
    reduce_row<spatial_axes, Reduction::mean>("GlobalAveragePool", "the mean of every channel");

}  // namespace dlis::nn
