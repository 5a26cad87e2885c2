// Settings from inputs, defaults, axes and shapes, each checked against what a file may claim.
#include "dlis/model/ops/rules.h"

#include <algorithm>

namespace dlis::model {
namespace {

Status take(ImportNode& in, int input, const Setting& setting) {
  const Tensor tensor = DLIS_TRY(in.constant_input(input));
  if (!tensor.has_value() || !*setting.name) return {};
  const bool integer = tensor.type() == DType::i64 || tensor.type() == DType::i32;
  if (setting.kind == Kind::real
          ? tensor.elements() != 1
          : tensor.shape().rank() > 1 || integer != (setting.kind == Kind::ints))
    return fail(fmt::format("its {} cannot be {} {}", setting.name, name_of(tensor.type()),
                            tensor.shape().text()));
  if (setting.kind == Kind::ints) {
    in.node.attributes.set(setting.name, integers_of(tensor));
    return {};
  }
  const Tensor numbers = tensor.converted(DType::f32);
  const auto values = numbers.as<float>();
  if (setting.kind == Kind::real)
    in.node.attributes.set(setting.name, values[0]);
  else
    in.node.attributes.set(setting.name, Floats(values.begin(), values.end()));
  return {};
}

}  // namespace

Status take_settings(ImportNode& in, int first, std::initializer_list<Setting> settings) {
  int input = first;
  for (const Setting& setting : settings) DLIS_TRY(take(in, input++, setting));
  if (int(in.node.inputs.size()) > input)
    return fail(fmt::format("takes at most {} inputs", input));
  if (int(in.node.inputs.size()) > first) in.node.inputs.resize(std::size_t(first));
  return {};
}

Status require(const Attributes& attributes, const char* name) {
  if (attributes.has(name)) return {};
  return fail(fmt::format("needs '{}'", name));
}

void set_default(Attributes& attributes, const char* name, Attribute value) {
  if (!attributes.has(name)) attributes.set(name, std::move(value));
}

void give_ints(ExportNode& out, const char* name) {
  out.add_input(name, Tensor::ints(out.node.attributes.ints(name)));
  out.node.attributes.erase(name);
}

void erase(Attributes& attributes, std::initializer_list<const char*> names) {
  for (const char* name : names) attributes.erase(name);
}

void set_output(InferContext& context, const Shape& shape, int output) {
  context.outputs[std::size_t(output)]->type = context.inputs[0]->type;
  context.outputs[std::size_t(output)]->shape = shape;
}

Status check_same_types(const InferContext& context) {
  for (const Value* input : context.inputs)
    if (input && input->type != context.inputs[0]->type)
      return fail(fmt::format("its inputs have different types, {} and {}",
                              name_of(context.inputs[0]->type), name_of(input->type)));
  return {};
}

Status check_rank(const InferContext& context, int input, int least, int most) {
  const Shape& shape = shape_of(context, input);
  if (shape.rank() >= least && shape.rank() <= most) return {};
  return fail(fmt::format("input {} ('{}') is {}, but needs {} {} axes", input,
                          context.inputs[std::size_t(input)]->name, shape.text(),
                          shape.rank() < least ? "at least" : "at most",
                          shape.rank() < least ? least : most));
}

Result<Shape> make_shape(std::span<const std::int64_t> extents) {
  if (extents.size() > std::size_t(kMaxRank))
    return fail(
        fmt::format("a shape of {} axes; at most {} are supported", extents.size(), kMaxRank));
  for (auto extent : extents)
    if (extent < 0) return fail(fmt::format("a shape with the extent {}", extent));
  return Shape(extents);
}

Result<int> resolve_axis(std::int64_t axis, int rank) {
  if (axis >= -rank && axis < rank) return int(axis < 0 ? axis + rank : axis);
  return fail(fmt::format("axis {} is not one of a value with {} axes", axis, rank));
}

Result<Ints> resolve_axes(const Ints& axes, int rank) {
  Ints resolved;
  for (auto axis : axes) {
    resolved.push_back(DLIS_TRY(resolve_axis(axis, rank)));
    if (std::count(resolved.begin(), resolved.end(), resolved.back()) > 1)
      return fail(fmt::format("names axis {} twice", resolved.back()));
  }
  return resolved;
}

Tensor expand(const Tensor& tensor, const Shape& shape) {
  if (tensor.shape() == shape) return tensor;
  ConstView view = tensor.view();
  Shape strides = shape;
  const int shift = shape.rank() - tensor.shape().rank();
  for (int axis = 0; axis < shape.rank(); ++axis)
    strides[axis] =
        axis < shift || tensor.shape()[axis - shift] == 1 ? 0 : view.strides[axis - shift];
  view.shape = shape;
  view.strides = strides;
  Tensor out(tensor.type(), shape);
  copy_elements(view, out.edit_view());
  return out;
}

Ints integers_of(const Tensor& tensor) {
  const Tensor wide = tensor.converted(DType::i64);
  const auto values = wide.as<std::int64_t>();
  return Ints(values.begin(), values.end());
}

}  // namespace dlis::model
