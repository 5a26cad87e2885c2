// The family of reductions: the same axes, shapes and export; only the sum differs.
#pragma once
#include "dlis/model/ops/rules.h"

namespace dlis::model {

// Canonical: axes (ascending; all of them where the file named none, unless noop_with_empty_axes),
// keepdims. `since` is the first opset whose axes are an input.
Status import_reduce(ImportNode& in, int since);
Status infer_reduce(InferContext& context);

// At opset 17 only ReduceSum takes its axes as an input; a reduction over no axis is an Identity.
Status export_reduce(ExportNode& out);

#define DLIS_REDUCE_ATTRIBUTES "axes keepdims noop_with_empty_axes"

}  // namespace dlis::model
