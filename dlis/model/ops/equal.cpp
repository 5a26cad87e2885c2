// Equal: whether a == b, as u8 with 0 and 1; exporters compute shapes with it.
#include <algorithm>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {

Status infer(InferContext& context) {
  DLIS_TRY(infer_broadcast(context));
  context.outputs[0]->type = DType::u8;
  return {};
}

template <class T>
Tensor compare(const Tensor& a, const Tensor& b) {
  Tensor out(DType::u8, a.shape());
  std::ranges::transform(a.as<T>(), b.as<T>(), out.edit<std::uint8_t>().begin(),
                         [](T x, T y) { return std::uint8_t(x == y); });
  return out;
}

Folded fold(const Node&, std::span<const Tensor> inputs) {
  Shape shape;
  if (!broadcast(inputs[0].shape(), inputs[1].shape(), shape)) return fail("shapes do not fit");
  const Tensor a = expand(inputs[0], shape), b = expand(inputs[1], shape);
  switch (a.type()) {
    case DType::f32:
      return Folded({compare<float>(a, b)});
    case DType::i64:
      return Folded({compare<std::int64_t>(a, b)});
    case DType::i32:
      return Folded({compare<std::int32_t>(a, b)});
    case DType::u8:
      return Folded({compare<std::uint8_t>(a, b)});
    default:
      return Folded();
  }
}

}  // namespace

extern constinit const Operator equal_row{
    .name = "Equal", .min_inputs = 2, .max_inputs = 2, .infer = infer, .fold = fold};

extern constinit const OnnxForm equal_onnx{};

}  // namespace dlis::model
