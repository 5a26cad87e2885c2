// The family of pools: windows with ceil_mode, and pools over all of the map.
#pragma once
#include "dlis/model/ops/window.h"

namespace dlis::model {

// Canonical: kernel_shape, strides, dilations, pads, ceil_mode (already in the output's shape).
Status import_pool(ImportNode& in);
Status infer_pool(InferContext& context);
Status infer_global_pool(InferContext& context);  // all spatial axes become 1

}  // namespace dlis::model
