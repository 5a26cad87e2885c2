// MaxPool: the largest of every window.
#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/pool.h"

namespace dlis::nn {

constinit const OpRow max_pool_row =
    pool_row<&PoolKernels::max>("MaxPool", "the largest of every window");

}  // namespace dlis::nn
