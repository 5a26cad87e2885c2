// Windows that slide over the spatial axes (2 and up): convolutions and pooling share the rule.
#pragma once
#include "dlis/model/ops/rules.h"

namespace dlis::model {

// The names that `slide_window` reads, for a row's `attributes`.
#define DLIS_WINDOW_ATTRIBUTES "auto_pad kernel_shape pads strides dilations"

// Completes strides, dilations and pads for a window over x's spatial axes, resolving auto_pad, and
// gives the extents of the output's spatial axes. `round_up` is ceil_mode; a last window that would
// begin in the padding behind the values is left out (ONNX MaxPool, AveragePool).
Result<Ints> slide_window(Attributes& attributes, const Shape& x, const Ints& kernel,
                          bool round_up = false);

// The list `name` with one number a spatial axis, filled with `otherwise` where the file had none;
// numbers outside [least, 2^28) are an error.
Result<Ints> spatial_ints(Attributes& attributes, const char* name, std::size_t count,
                          std::int64_t otherwise, std::int64_t least);

// kernel_shape from the spatial axes of the weights; one in the file has to agree.
Result<Ints> take_kernel(Attributes& attributes, const Shape& weights);

// Where auto_pad decides the pads (`total` on each axis): the odd one behind, or in front.
Ints share_pads(const Ints& total, bool odd_behind);

// Writes explicit pads only: opset 17 does not allow both.
Status export_window(ExportNode& out);

}  // namespace dlis::model
