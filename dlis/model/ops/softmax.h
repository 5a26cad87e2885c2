// Softmax and LogSoftmax along an axis.
#pragma once
#include "dlis/model/ops/rules.h"

namespace dlis::model {

// Canonical: axis, and coerce = 1 where the sum runs over `axis` and all axes behind it, as before
// opset 13; inference turns coerce into a plain axis where only one of them is longer than 1.
Status import_softmax(ImportNode& in);
Status infer_softmax(InferContext& context);
Status export_softmax(ExportNode& out);

}  // namespace dlis::model
