// LogSoftmax: the logarithm of Softmax.
#include "dlis/model/ops/softmax.h"

namespace dlis::model {

extern constinit const Operator log_softmax_row{.name = "LogSoftmax", .infer = infer_softmax};

extern constinit const OnnxForm log_softmax_onnx{
    .attributes = "axis", .import = import_softmax, .export_ = export_softmax};

}  // namespace dlis::model
