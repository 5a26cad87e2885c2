// ReduceMean: the mean over axes.
#include "dlis/model/ops/reduce.h"

namespace dlis::model {
namespace {
Status import(ImportNode& in) { return import_reduce(in, 18); }
}  // namespace

extern constinit const Operator reduce_mean_row{.name = "ReduceMean", .infer = infer_reduce};

extern constinit const OnnxForm reduce_mean_onnx{
    .attributes = DLIS_REDUCE_ATTRIBUTES, .import = import, .export_ = export_reduce};

}  // namespace dlis::model
