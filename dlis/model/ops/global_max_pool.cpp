// GlobalMaxPool: the largest value over all spatial axes (2 and up), which become 1.
#include "dlis/model/ops/pool.h"

namespace dlis::model {

extern constinit const Operator global_max_pool_row{.name = "GlobalMaxPool",
                                                    .infer = infer_global_pool};

extern constinit const OnnxForm global_max_pool_onnx{};

}  // namespace dlis::model
