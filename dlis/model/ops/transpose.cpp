// Transpose: axis i of the output is axis perm[i] of x. Canonical: perm.
#include <algorithm>
#include <numeric>

#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status infer(InferContext& context) {
  const Shape& x = shape_of(context, 0);
  Attributes& attributes = context.node.attributes;
  Ints perm = attributes.ints("perm");
  if (!attributes.has("perm")) {
    perm.resize(std::size_t(x.rank()));
    std::iota(perm.rbegin(), perm.rend(), 0);
  }
  if (int(perm.size()) != x.rank())
    return fail(fmt::format("its perm has {} axes, but its input is {}", perm.size(), x.text()));
  perm = DLIS_TRY(resolve_axes(perm, x.rank()));
  attributes.set("perm", perm);
  Shape y;
  for (auto axis : perm) y.push_back(x[int(axis)]);
  set_output(context, y);
  return {};
}

Folded fold(const Node& node, std::span<const Tensor> inputs) {
  const Ints perm = node.attributes.ints("perm");
  const std::vector<int> order(perm.begin(), perm.end());
  return Folded({inputs[0].permuted(order)});
}

}  // namespace

extern constinit const Operator transpose_row{.name = "Transpose", .infer = infer, .fold = fold};

extern constinit const OnnxForm transpose_onnx{.attributes = "perm"};

}  // namespace dlis::model
