// Pad: values added around x, or cut off where a pad is negative. Canonical: pads (for each axis in
// front, then for each axis behind), mode (constant, reflect, edge, wrap), constant_value.
#include "dlis/base/limits.h"
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  set_default(attributes, "mode", std::string("constant"));
  if (in.opset >= 11)
    DLIS_TRY(take_settings(in, 1, {{"pads"}, {"constant_value", Kind::real}, {"axes"}}));
  else
    attributes.set("constant_value", attributes.real("value"));
  attributes.erase("value");
  set_default(attributes, "constant_value", 0.0f);
  const std::string mode = attributes.text("mode");
  if (mode != "constant" && mode != "reflect" && mode != "edge" && mode != "wrap")
    return fail(fmt::format("mode '{}' is not supported", mode));
  return require(attributes, "pads");
}

// Pads that are named for some axes only become pads for all.
Status spread(Attributes& attributes, int rank) {
  if (!attributes.has("axes")) return {};
  const Ints axes = DLIS_TRY(resolve_axes(attributes.ints("axes"), rank));
  const Ints named = attributes.ints("pads");
  if (named.size() != 2 * axes.size())
    return fail(
        fmt::format("its {} pads are not two for each of {} axes", named.size(), axes.size()));
  Ints pads(2 * std::size_t(rank), 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    pads[std::size_t(axes[i])] = named[i];
    pads[std::size_t(axes[i] + rank)] = named[axes.size() + i];
  }
  attributes.set("pads", pads);
  attributes.erase("axes");
  return {};
}

// A mirror shows what lies behind the edge, and there has to be as much of it.
Status check(const std::string& mode, const Shape& x, int axis, std::int64_t front,
             std::int64_t behind) {
  if (std::max(front, behind) > kMostValueElements ||
      std::min(front, behind) < -kMostValueElements || x[axis] + front + behind < 0)
    return fail(
        fmt::format("pads {} and {} do not fit axis {} of {}", front, behind, axis, x.text()));
  const bool reflects =
      mode == "reflect" && std::max(front, behind) >= std::max<std::int64_t>(x[axis], 1);
  const bool repeats = mode != "constant" && std::max(front, behind) > 0 && x[axis] == 0;
  if (reflects || repeats)
    return fail(
        fmt::format("axis {} of {} has too little to pad from in mode '{}'", axis, x.text(), mode));
  return {};
}

Status infer(InferContext& context) {
  Attributes& attributes = context.node.attributes;
  Shape y = shape_of(context, 0);
  const int rank = y.rank();
  DLIS_TRY(spread(attributes, rank));
  const Ints pads = attributes.ints("pads");
  if (int(pads.size()) != 2 * rank)
    return fail(fmt::format("its {} pads are not two for each axis of {}", pads.size(), y.text()));
  for (int axis = 0; axis < rank; ++axis) {
    const std::int64_t front = pads[std::size_t(axis)], behind = pads[std::size_t(axis + rank)];
    DLIS_TRY(check(attributes.text("mode"), shape_of(context, 0), axis, front, behind));
    y[axis] += front + behind;
  }
  set_output(context, y);
  return {};
}

Status export_(ExportNode& out) {
  if (out.node.attributes.text("mode") == "wrap")
    return fail("pads in mode 'wrap', which opset 17 does not know");
  give_ints(out, "pads");
  const float value = out.node.attributes.real("constant_value");
  if (value != 0) out.add_input("constant_value", Tensor::scalar(value));
  out.node.attributes.erase("constant_value");
  return {};
}

}  // namespace

extern constinit const Operator pad_row{.name = "Pad", .infer = infer};

extern constinit const OnnxForm pad_onnx{
    .attributes = "pads mode value constant_value axes", .import = import, .export_ = export_};

}  // namespace dlis::model
