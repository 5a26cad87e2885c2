// Clip: y = min(max(x, min), max). Canonical: min and max, which are f32's lowest and largest
// number where there is no bound.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

using Limits = std::numeric_limits<float>;

Status import(ImportNode& in) {
  DLIS_TRY(take_settings(in, 1, {{"min", Kind::real}, {"max", Kind::real}}));
  set_default(in.node.attributes, "min", Limits::lowest());
  set_default(in.node.attributes, "max", Limits::max());
  return {};
}

Status export_(ExportNode& out) {
  Attributes& attributes = out.node.attributes;
  const float low = attributes.real("min"), high = attributes.real("max");
  erase(attributes, {"min", "max"});
  const DType type = real_type(out.graph.value(out.node.inputs[0]));
  const auto bound = [&](float x) { return Tensor::scalar(x).converted(type); };
  if (low != Limits::lowest() || high != Limits::max()) out.add_input("min", bound(low));
  if (high != Limits::max()) out.add_input("max", bound(high));
  return {};
}

}  // namespace

extern constinit const Operator clip_row{.name = "Clip"};

extern constinit const OnnxForm clip_onnx{
    .attributes = "min max", .import = import, .export_ = export_};

}  // namespace dlis::model
