// ReduceSum: the sum over axes.
#include "dlis/model/ops/reduce.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) { return import_reduce(in, 13); }

Status export_(ExportNode& out) {
  if (out.node.attributes.ints("axes").empty())
    out.node.attributes.erase("axes");
  else
    give_ints(out, "axes");
  return {};
}

}  // namespace

extern constinit const Operator reduce_sum_row{.name = "ReduceSum", .infer = infer_reduce};

extern constinit const OnnxForm reduce_sum_onnx{
    .attributes = DLIS_REDUCE_ATTRIBUTES, .import = import, .export_ = export_};

}  // namespace dlis::model
