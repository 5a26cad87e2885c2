// Operators that work element by element.
#include "dlis/compress/train/operator.h"

namespace dlis::train {
namespace {

using Tensors = std::vector<Tensor>;
using Binary = Tensor (*)(const Tensor&, const Tensor&);

template <Tensor (*f)(const Tensor&)>
Tensors unary(const Call& call) {
  return {f(call.inputs[0])};
}

// Of any number of inputs, from the left.
template <Binary f>
Tensors fold(const Call& call) {
  Tensor y = call.inputs[0];
  for (std::size_t i = 1; i < call.inputs.size(); ++i) y = f(y, call.inputs[i]);
  return {y};
}

Tensor add(const Tensor& a, const Tensor& b) { return a + b; }
Tensor sub(const Tensor& a, const Tensor& b) { return a - b; }
Tensor mul(const Tensor& a, const Tensor& b) { return a * b; }
Tensor div(const Tensor& a, const Tensor& b) { return a / b; }
Tensor pow(const Tensor& a, const Tensor& b) { return torch::pow(a, b); }
Tensor max(const Tensor& a, const Tensor& b) { return torch::maximum(a, b); }
Tensor min(const Tensor& a, const Tensor& b) { return torch::minimum(a, b); }
Tensor same(const Tensor& x) { return x; }
Tensor relu(const Tensor& x) { return torch::relu(x); }
Tensor sigmoid(const Tensor& x) { return torch::sigmoid(x); }
Tensor tanh(const Tensor& x) { return torch::tanh(x); }
Tensor exp(const Tensor& x) { return torch::exp(x); }
Tensor erf(const Tensor& x) { return torch::erf(x); }
Tensor neg(const Tensor& x) { return -x; }
Tensor reciprocal(const Tensor& x) { return torch::reciprocal(x); }
Tensor sqrt(const Tensor& x) { return torch::sqrt(x); }

Tensors clip(const Call& call) {
  const Attributes& a = call.node.attributes;
  constexpr float kMost = std::numeric_limits<float>::max();
  return {torch::clamp(call.inputs[0], a.real("min", -kMost), a.real("max", kMost))};
}
Tensors leaky_relu(const Call& call) {
  return {torch::leaky_relu(call.inputs[0], call.node.attributes.real("alpha", 0.01f))};
}
// max(0, min(1, alpha x + beta))
Tensor bent(const Call& call, float alpha, float beta) {
  return torch::clamp(call.inputs[0] * alpha + beta, 0, 1);
}
Tensors hard_sigmoid(const Call& call) {
  const Attributes& a = call.node.attributes;
  return {bent(call, a.real("alpha", 0.2f), a.real("beta", 0.5f))};
}
Tensors hard_swish(const Call& call) { return {call.inputs[0] * bent(call, 1.0f / 6, 0.5f)}; }
Tensors prelu(const Call& call) {
  const Tensor& x = call.inputs[0];
  return {torch::relu(x) - call.inputs[1] * torch::relu(-x)};
}
Tensors dropout(const Call& call) {
  return {torch::dropout(call.inputs[0], call.node.attributes.real("ratio", 0.5f), call.training)};
}

}  // namespace

DLIS_TRAIN_ROW(add, "Add", fold<add>);
DLIS_TRAIN_ROW(sub, "Sub", fold<sub>);
DLIS_TRAIN_ROW(mul, "Mul", fold<mul>);
DLIS_TRAIN_ROW(div, "Div", fold<div>);
DLIS_TRAIN_ROW(pow, "Pow", fold<pow>);
DLIS_TRAIN_ROW(sum, "Sum", fold<add>);
DLIS_TRAIN_ROW(max, "Max", fold<max>);
DLIS_TRAIN_ROW(min, "Min", fold<min>);
DLIS_TRAIN_ROW(identity, "Identity", unary<same>);
DLIS_TRAIN_ROW(cast, "Cast", unary<same>);
DLIS_TRAIN_ROW(relu, "Relu", unary<relu>);
DLIS_TRAIN_ROW(sigmoid, "Sigmoid", unary<sigmoid>);
DLIS_TRAIN_ROW(tanh, "Tanh", unary<tanh>);
DLIS_TRAIN_ROW(exp, "Exp", unary<exp>);
DLIS_TRAIN_ROW(erf, "Erf", unary<erf>);
DLIS_TRAIN_ROW(neg, "Neg", unary<neg>);
DLIS_TRAIN_ROW(reciprocal, "Reciprocal", unary<reciprocal>);
DLIS_TRAIN_ROW(sqrt, "Sqrt", unary<sqrt>);
DLIS_TRAIN_ROW(clip, "Clip", clip);
DLIS_TRAIN_ROW(leaky_relu, "LeakyRelu", leaky_relu);
DLIS_TRAIN_ROW(hard_sigmoid, "HardSigmoid", hard_sigmoid);
DLIS_TRAIN_ROW(hard_swish, "HardSwish", hard_swish);
DLIS_TRAIN_ROW(prelu, "PRelu", prelu);
DLIS_TRAIN_ROW(dropout, "Dropout", dropout);

}  // namespace dlis::train
