// Scales and zero points checked; one node of a file becomes several.
#include "dlis/model/ops/quantised.h"

#include <algorithm>
#include <cmath>

namespace dlis::model {
namespace {

std::string name_of_output(const ImportNode& in) {
  return in.node.outputs.empty() || in.node.outputs[0] == kNoValue
             ? in.node.name
             : in.graph.value(in.node.outputs[0]).name;
}

bool has_input(const ImportNode& in, int i) {
  return i >= 0 && i < int(in.node.inputs.size()) && in.node.inputs[std::size_t(i)] != kNoValue;
}

}  // namespace

Result<Quant> read_quant(const ImportNode& in, int scale, int zero, DType type, std::int64_t axis) {
  Quant quant{type, {1.0f}, {0}, -1};
  if (scale >= 0) {
    const Tensor scales = DLIS_TRY(in.constant_input(scale));
    if (!scales.has_value()) return fail("has no scale");
    if (scales.type() != DType::f32 || scales.shape().rank() > 1 || scales.elements() < 1)
      return fail(
          fmt::format("its scale cannot be {} {}", name_of(scales.type()), scales.shape().text()));
    quant.scale.assign(scales.as<float>().begin(), scales.as<float>().end());
    for (float x : quant.scale)
      if (!std::isfinite(x) || x <= 0) return fail(fmt::format("its scale is {}", x));
  }
  const Tensor zeros = zero >= 0 ? DLIS_TRY(in.constant_input(zero)) : Tensor();
  if (zeros.has_value()) {
    if (zeros.type() != type || zeros.shape().rank() > 1 || zeros.elements() < 1)
      return fail(fmt::format("its zero point cannot be {} {}", name_of(zeros.type()),
                              zeros.shape().text()));
    const Tensor wide = zeros.converted(DType::i32);
    quant.zero_point.assign(wide.as<std::int32_t>().begin(), wide.as<std::int32_t>().end());
  }
  const std::size_t count = std::max(quant.scale.size(), quant.zero_point.size());
  if (quant.scale.size() == 1) quant.scale.resize(count, quant.scale[0]);
  if (quant.zero_point.size() == 1) quant.zero_point.resize(count, quant.zero_point[0]);
  if (quant.scale.size() != quant.zero_point.size())
    return fail(fmt::format("it has {} scales, but {} zero points", quant.scale.size(),
                            quant.zero_point.size()));
  if (count > 1 && (axis < -kMaxRank || axis >= kMaxRank))
    return fail(fmt::format("its axis cannot be {}", axis));
  if (count > 1) quant.axis = int(axis);
  return quant;
}

void set_quant(Attributes& attributes, const Quant& quant) {
  attributes.set("scale", Floats(quant.scale));
  attributes.set("zero_point", Ints(quant.zero_point.begin(), quant.zero_point.end()));
  attributes.erase("axis");
  if (quant.scale.size() > 1) attributes.set("axis", std::int64_t(quant.axis));
}

Quant quant_of(const Attributes& attributes, DType type) {
  const Ints zeros = attributes.ints("zero_point");
  return {type,
          attributes.floats("scale"),
          {zeros.begin(), zeros.end()},
          attributes.has("axis") ? int(attributes.integer("axis")) : -1};
}

Status check_quant(InferContext& context) {
  Attributes& attributes = context.node.attributes;
  const auto scales = attributes.floats("scale").size();
  if (scales < 1 || attributes.ints("zero_point").size() != scales)
    return fail("has no scale and zero point for each of its parts");
  if (scales == 1) return {};
  const Shape& shape = shape_of(context, 0);
  const int axis = DLIS_TRY(resolve_axis(attributes.integer("axis", 1), shape.rank()));
  attributes.set("axis", std::int64_t(axis));
  if (shape[axis] == std::int64_t(scales)) return {};
  return fail(fmt::format("it has {} scales for axis {} of {}", scales, axis, shape.text()));
}

void give_quant(ExportNode& out, DType type) {
  const Floats scale = out.node.attributes.floats("scale");
  const Tensor scales = Tensor::of<float>({std::int64_t(scale.size())}, std::span(scale));
  const Ints zero = out.node.attributes.ints("zero_point");
  const Tensor zeros = Tensor::ints(zero).converted(type);
  const bool single = scale.size() == 1;
  out.add_input("scale", single ? scales.reshaped({}) : scales);
  out.add_input("zero_point", single ? zeros.reshaped({}) : zeros);
  erase(out.node.attributes, {"scale", "zero_point", "to"});
}

Result<ValueId> put_in_front(ImportNode& in, const char* op, const char* suffix,
                             std::vector<ValueId> inputs, Attributes attributes) {
  const std::string value = name_of_output(in) + suffix;
  const std::string name = in.node.name.empty() ? "" : in.node.name + suffix;
  Node node{find_operator(op), name, std::move(attributes), std::move(inputs), {}};
  node.outputs.push_back(in.graph.add_value({value, DType::f32, std::nullopt, {}, {}}));
  if (Status status = infer_node(in.graph, node); !status) {
    status.error().where.clear();  // the file knows only the node that this one is a part of
    return tl::unexpected(std::move(status.error()));
  }
  const ValueId made = node.outputs[0];
  in.graph.nodes.push_back(std::move(node));
  return made;
}

Result<ValueId> dequantised(ImportNode& in, int x, int scale, int zero, std::int64_t axis) {
  if (!has_input(in, x)) return fail(fmt::format("input {} is missing", x));
  const ValueId id = in.node.inputs[std::size_t(x)];
  Attributes attributes;
  set_quant(attributes, DLIS_TRY(read_quant(in, scale, zero, in.graph.value(id).type, axis)));
  return put_in_front(in, "DequantizeLinear", fmt::format("_input{}", x).c_str(), {id},
                      std::move(attributes));
}

Status become_quantize(ImportNode& in, ValueId real, int scale, int zero) {
  const Tensor zeros = DLIS_TRY(in.constant_input(zero));
  const DType type = zeros.has_value() ? zeros.type() : DType::u8;
  if (type != DType::u8 && type != DType::i8)
    return fail(fmt::format("rounds to u8 and i8, not to {}", name_of(type)));
  const Quant quant = DLIS_TRY(read_quant(in, scale, zero, type, 1));
  in.node.op = find_operator("QuantizeLinear");
  in.node.attributes = {};
  set_quant(in.node.attributes, quant);
  in.node.attributes.set("to", type == DType::u8 ? kOnnxU8 : kOnnxI8);
  in.node.inputs = {real};
  return {};
}

void become_cast(ImportNode& in, ValueId real, std::int64_t to) {
  in.node.op = find_operator("Cast");
  in.node.attributes = {};
  in.node.attributes.set("to", to);
  in.node.inputs = {real};
}

}  // namespace dlis::model
