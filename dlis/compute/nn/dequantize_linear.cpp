// DequantizeLinear: the reals that integers stand for.
#include "dlis/compute/nn/convert.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow dequantize_linear_row =
    convert_row("DequantizeLinear", "the reals that integers stand for");

}  // namespace dlis::nn
