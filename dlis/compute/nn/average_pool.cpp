// AveragePool: the mean of every window.
#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/pool.h"

namespace dlis::nn {

constinit const OpRow average_pool_row =
    pool_row<&PoolKernels::average>("AveragePool", "the mean of every window");

}  // namespace dlis::nn
