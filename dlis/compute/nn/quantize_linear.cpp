// QuantizeLinear: reals rounded to bytes.
#include "dlis/compute/nn/convert.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow quantize_linear_row =
    convert_row("QuantizeLinear", "reals rounded to bytes, half to even");

}  // namespace dlis::nn
