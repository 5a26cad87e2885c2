// The family of operators that treat elements one by one, with numpy's broadcasting.
#pragma once
#include <type_traits>

#include "dlis/model/ops/rules.h"

namespace dlis::model {

// All inputs have one type; the output is what their shapes broadcast to.
Status infer_broadcast(InferContext& context);

// Constants of f32 through F; other types stay.
template <float (*F)(float)>
Folded fold_unary(const Node&, std::span<const Tensor> inputs) {
  if (inputs[0].type() != DType::f32) return Folded();
  Tensor out = inputs[0];
  for (float& x : out.edit<float>()) x = F(x);
  return Folded({out});
}

namespace detail {
template <class T, class Op>
void accumulate(Tensor& into, const Tensor& next, Op op) {
  using Wide = std::conditional_t<std::is_same_v<T, float>, float, std::int64_t>;
  auto out = into.edit<T>();
  const auto in = next.as<T>();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = T(op(Wide(out[i]), Wide(in[i])));
}
}  // namespace detail

// The inputs, broadcast and combined from the left by Op, whose call takes two floats or two i64.
template <class Op>
Folded fold_broadcast(const Node&, std::span<const Tensor> inputs) {
  const DType type = inputs[0].type();
  if (type != DType::f32 && type != DType::i64 && type != DType::i32) return Folded();
  Shape shape;
  for (const Tensor& input : inputs)
    if (!broadcast(Shape(shape), input.shape(), shape)) return fail("shapes do not fit");
  Tensor out = expand(inputs[0], shape);
  for (const Tensor& input : inputs.subspan(1)) {
    const Tensor next = expand(input, shape);
    if (type == DType::f32) detail::accumulate<float>(out, next, Op());
    if (type == DType::i64) detail::accumulate<std::int64_t>(out, next, Op());
    if (type == DType::i32) detail::accumulate<std::int32_t>(out, next, Op());
  }
  return Folded({out});
}

// Integer arithmetic that wraps, as a file may ask for any.
inline std::int64_t wrap(std::uint64_t value) { return std::int64_t(value); }

}  // namespace dlis::model
