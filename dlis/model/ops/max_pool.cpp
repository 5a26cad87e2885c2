// MaxPool: the largest value in each window; padding never wins. The indices are not computed.
#include "dlis/model/ops/pool.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  in.node.attributes.erase("storage_order");  // only orders the indices
  return import_pool(in);
}

}  // namespace

extern constinit const Operator max_pool_row{.name = "MaxPool", .infer = infer_pool};

extern constinit const OnnxForm max_pool_onnx{
    .attributes = DLIS_WINDOW_ATTRIBUTES " ceil_mode storage_order",
    .import = import,
    .export_ = export_window};

}  // namespace dlis::model
