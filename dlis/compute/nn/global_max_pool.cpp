// GlobalMaxPool: the largest of every channel.
#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/reduce.h"

namespace dlis::nn {

constinit const OpRow global_max_pool_row =
    reduce_row<spatial_axes, Reduction::max>("GlobalMaxPool", "the largest of every channel");

}  // namespace dlis::nn
