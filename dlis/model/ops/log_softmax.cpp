// LogSoftmax: the logarithm of Softmax.
#include "dlis/model/ops/softmax.h"

namespace dlis::model {

extern constinit const Operator log_softmax_row{.name = "LogSoftmax",
                                                .attributes = "axis",
                                                .import = import_softmax,
                                                .infer = infer_softmax,
                                                .export_ = export_softmax};

}  // namespace dlis::model
