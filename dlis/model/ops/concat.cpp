// Concat: inputs one behind the other along `axis`. Canonical: axis.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) { return require(in.node.attributes, "axis"); }

Status infer(InferContext& context) {
  DLIS_TRY(check_same_types(context));
  Shape y = shape_of(context, 0);
  Attributes& attributes = context.node.attributes;
  const int axis = DLIS_TRY(resolve_axis(attributes.integer("axis"), y.rank()));
  attributes.set("axis", std::int64_t(axis));
  for (int i = 1; i < int(context.inputs.size()); ++i) {
    if (!context.inputs[std::size_t(i)]) return fail(fmt::format("input {} is missing", i));
    Shape other = shape_of(context, i);
    const std::int64_t more = other.rank() == y.rank() ? other[axis] : 0;
    if (other.rank() == y.rank()) other[axis] = y[axis];
    if (other != y)
      return fail(fmt::format("input {} is {}, which does not fit {} along axis {}", i,
                              shape_of(context, i).text(), shape_of(context, 0).text(), axis));
    y[axis] += more;
  }
  set_output(context, y);
  return {};
}

Folded fold(const Node& node, std::span<const Tensor> inputs) {
  const int axis = int(node.attributes.integer("axis"));
  Shape shape = inputs[0].shape();
  for (const Tensor& input : inputs.subspan(1)) shape[axis] += input.shape()[axis];
  Tensor out(inputs[0].type(), shape);
  View into = out.edit_view();
  for (const Tensor& input : inputs) {
    into.shape = input.shape();
    copy_elements(input.view(), into);
    into.data += input.shape()[axis] * into.strides[axis] * std::int64_t(size_of(out.type()));
  }
  return Folded({out});
}

}  // namespace

extern constinit const Operator concat_row{
    .name = "Concat", .max_inputs = kAnyNumber, .infer = infer, .fold = fold};

extern constinit const OnnxForm concat_onnx{.attributes = "axis", .import = import};

}  // namespace dlis::model
