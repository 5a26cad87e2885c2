// Dropout at inference: the input as it is; the mask is not computed. Canonical: ratio, for
// training.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  attributes.erase("seed");
  if (in.opset >= 12)
    DLIS_TRY(take_settings(in, 1, {{"ratio", Kind::real}, {"training_mode", Kind::real}}));
  if (attributes.real("training_mode") != 0)
    return fail("training_mode is 1, but only inference is supported", {},
                "export the network in evaluation mode");
  attributes.erase("training_mode");
  set_default(attributes, "ratio", 0.5f);
  return {};
}

Status export_(ExportNode& out) {
  out.add_input("ratio", Tensor::scalar(out.node.attributes.real("ratio")));
  out.node.attributes.erase("ratio");
  return {};
}

Folded fold(const Node&, std::span<const Tensor> inputs) { return Folded({inputs[0]}); }

}  // namespace

extern constinit const Operator dropout_row{.name = "Dropout", .fold = fold};

extern constinit const OnnxForm dropout_onnx{
    .attributes = "ratio seed", .import = import, .export_ = export_};

}  // namespace dlis::model
