// GlobalAveragePool: the mean over all spatial axes (2 and up), which become 1.
#include "dlis/model/ops/pool.h"

namespace dlis::model {

extern constinit const Operator global_average_pool_row{.name = "GlobalAveragePool",
                                                        .infer = infer_global_pool};

extern constinit const OnnxForm global_average_pool_onnx{};

}  // namespace dlis::model
