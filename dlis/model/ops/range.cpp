// Range: start, start + delta, ... in front of limit. Inputs are constant scalars of i64, i32 or
// f32.
#include <algorithm>
#include <cmath>

#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Result<std::int64_t> count_of(const Tensor& start, const Tensor& limit, const Tensor& delta) {
  double bounds[3];
  const Tensor* tensors[] = {&start, &limit, &delta};
  for (int i = 0; i < 3; ++i) {
    if (!tensors[i]->has_value() || tensors[i]->elements() != 1)
      return fail("its start, limit and delta have to be constant numbers");
    const DType type = tensors[i]->type();
    bounds[i] = type == DType::f32 ? double(tensors[i]->as<float>()[0])
                                   : double(integers_of(*tensors[i])[0]);
  }
  const double count = std::ceil((bounds[1] - bounds[0]) / bounds[2]);
  if (!(count < 1e12)) return fail(fmt::format("it would have {} elements", count));
  return std::int64_t(std::max(count, 0.0));
}

Status infer(InferContext& context) {
  DLIS_TRY(check_same_types(context));
  const auto& in = context.inputs;
  const std::int64_t count = DLIS_TRY(count_of(in[0]->constant, in[1]->constant, in[2]->constant));
  set_output(context, Shape{count});
  return {};
}

template <class T>
Tensor count_up(const Tensor& start, const Tensor& delta, std::int64_t count) {
  Tensor out(start.type(), {count});
  auto values = out.edit<T>();
  for (std::int64_t i = 0; i < count; ++i)
    values[std::size_t(i)] = T(start.as<T>()[0] + T(i) * delta.as<T>()[0]);
  return out;
}

Folded fold(const Node&, std::span<const Tensor> in) {
  const std::int64_t count = DLIS_TRY(count_of(in[0], in[1], in[2]));
  switch (in[0].type()) {
    case DType::f32:
      return Folded({count_up<float>(in[0], in[2], count)});
    case DType::i32:
      return Folded({count_up<std::int32_t>(in[0], in[2], count)});
    case DType::i64:
      return Folded({count_up<std::int64_t>(in[0], in[2], count)});
    default:
      return Folded();
  }
}

}  // namespace

extern constinit const Operator range_row{
    .name = "Range", .min_inputs = 3, .max_inputs = 3, .infer = infer, .fold = fold};

extern constinit const OnnxForm range_onnx{};

}  // namespace dlis::model
