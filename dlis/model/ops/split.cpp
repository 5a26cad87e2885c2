// Split: x cut along `axis` into one part an output. Canonical: axis, split (the parts' extents);
// num_outputs stays where the file named no extents, and all parts but the last are equal.
#include <algorithm>
#include <numeric>

#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  set_default(attributes, "axis", std::int64_t(0));
  if (in.opset >= 13) DLIS_TRY(take_settings(in, 1, {{"split"}}));
  if (attributes.has("split")) {
    attributes.erase("num_outputs");
    return {};
  }
  const auto outputs = std::int64_t(in.node.outputs.size());
  if (attributes.integer("num_outputs", outputs) != outputs)
    return fail(fmt::format("num_outputs is {}, but it has {} outputs",
                            attributes.integer("num_outputs"), outputs));
  attributes.set("num_outputs", outputs);
  return {};
}

Ints equal_parts(std::int64_t extent, std::int64_t parts) {
  const std::int64_t part = (extent + parts - 1) / parts;
  Ints split;
  for (std::int64_t i = 0; i < parts; ++i)
    split.push_back(std::clamp<std::int64_t>(extent - i * part, 0, part));
  return split;
}

Status infer(InferContext& context) {
  const Shape& x = shape_of(context, 0);
  Attributes& attributes = context.node.attributes;
  const int axis = DLIS_TRY(resolve_axis(attributes.integer("axis"), x.rank()));
  attributes.set("axis", std::int64_t(axis));
  if (attributes.has("num_outputs"))
    attributes.set("split", equal_parts(x[axis], std::int64_t(context.outputs.size())));
  const Ints split = attributes.ints("split");
  std::int64_t room = x[axis];
  for (auto part : split) room = part < 0 || part > room ? -1 : room - part;
  if (split.size() != context.outputs.size() || room != 0)
    return fail(fmt::format("its {} parts for {} outputs do not add up to axis {} of {}",
                            split.size(), context.outputs.size(), axis, x.text()));
  for (std::size_t i = 0; i < split.size(); ++i) {
    Shape part = x;
    part[axis] = split[i];
    set_output(context, part, int(i));
  }
  return {};
}

Status export_(ExportNode& out) {
  give_ints(out, "split");
  out.node.attributes.erase("num_outputs");
  return {};
}

Folded fold(const Node& node, std::span<const Tensor> inputs) {
  const int axis = int(node.attributes.integer("axis"));
  ConstView from = inputs[0].view();
  std::vector<Tensor> outputs;
  for (auto part : node.attributes.ints("split")) {
    from.shape[axis] = part;
    Tensor out(inputs[0].type(), from.shape);
    copy_elements(from, out.edit_view());
    from.data += part * from.strides[axis] * std::int64_t(size_of(out.type()));
    outputs.push_back(std::move(out));
  }
  return outputs;
}

}  // namespace

extern constinit const Operator split_row{
    .name = "Split", .max_outputs = kAnyNumber, .infer = infer, .fold = fold};

extern constinit const OnnxForm split_onnx{
    .attributes = "axis split num_outputs", .import = import, .export_ = export_};

}  // namespace dlis::model
