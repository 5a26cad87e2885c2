// Building a network layer by layer, with random weights from a seed.
#include "dlis/model/zoo/network.h"

#include <cmath>

#include "dlis/model/op.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

constexpr int kOpset = 17;

// The sum of four 16-bit uniform numbers, scaled to mean 0 and deviation 1 (Irwin-Hall): close to
// normal, never beyond 3.5, and one draw each, which matters for the 138 million weights of vgg16.
double near_normal(Rng& rng) {
  const std::uint64_t bits = rng();
  const double sum = double(bits & 0xffff) + double(bits >> 16 & 0xffff) +
                     double(bits >> 32 & 0xffff) + double(bits >> 48);
  return (sum - 2.0 * 0xffff) / (0x10000 * 0.57735026918962576);  // a sum's deviation: sqrt(4 / 12)
}

double deviation(std::int64_t fan_in, After after) {
  return std::sqrt((after == After::relu ? 2.0 : 1.0) / double(fan_in));
}

}  // namespace

Network::Network(const std::string& name, std::uint64_t seed) : rng_(seed) {
  graph_.name = name;
  graph_.batch_symbol = "n";
}

Network::Network(const std::string& name, int size, std::uint64_t seed) : Network(name, seed) {
  const bool cifar = size == 32;
  graph_.metadata["mean"] = cifar ? "0.4914 0.4822 0.4465" : "0.485 0.456 0.406";
  graph_.metadata["std"] = cifar ? "0.247 0.2435 0.2616" : "0.229 0.224 0.225";
  add_input("input", {1, 3, size, size});
}

ValueId Network::add_input(const std::string& name, const Shape& shape) {
  graph_.inputs.push_back(graph_.add_value({.name = name, .shape = shape}));
  return graph_.inputs.back();
}

std::int64_t Network::channels(ValueId x) const {
  const auto& shape = graph_.value(x).shape;
  return shape && shape->rank() > 1 ? (*shape)[1] : 1;
}

ValueId Network::node(const char* op, const std::string& name, std::vector<ValueId> inputs,
                      Attributes attributes) {
  const ValueId out = graph_.add_value({.name = name});
  Node node{find_operator(op), name, std::move(attributes), std::move(inputs), {out}};
  DLIS_ASSERT(node.op != nullptr);
  ImportNode in{graph_, kOpset, node, {}, {}};
  if (status_) status_ = import_node(in);
  if (status_) status_ = infer_node(graph_, node);
  graph_.nodes.push_back(std::move(node));
  return out;
}

ValueId Network::random(const std::string& name, const Shape& shape, double mean,
                        double deviation) {
  Tensor tensor(DType::f32, shape);
  for (float& x : tensor.edit<float>()) x = float(mean + deviation * near_normal(rng_));
  return graph_.add_constant(name, std::move(tensor));
}

ValueId Network::ints(const std::string& name, std::initializer_list<std::int64_t> values) {
  return graph_.add_constant(name, Tensor::ints(std::span(values.begin(), values.size())));
}

ValueId Network::conv(const std::string& name, ValueId x, const ConvSpec& spec) {
  const auto& in = graph_.value(x).shape;
  const std::size_t axes = in && in->rank() > 2 ? std::size_t(in->rank()) - 2 : 2;
  Shape weights{spec.channels, channels(x) / spec.groups};
  for (std::size_t i = 0; i < axes; ++i) weights.push_back(spec.kernel);
  const std::int64_t terms = weights.elements() / spec.channels;
  std::vector<ValueId> inputs{x,
                              random(name + ".weight", weights, 0, deviation(terms, spec.after))};
  if (spec.bias) inputs.push_back(random(name + ".bias", {spec.channels}, 0, 0.05));
  Attributes attributes;
  attributes.set("kernel_shape", Ints(axes, spec.kernel));
  attributes.set("strides", Ints(axes, spec.stride));
  attributes.set("pads", Ints(2 * axes, spec.kernel / 2));
  attributes.set("group", spec.groups);
  return node("Conv", name, std::move(inputs), std::move(attributes));
}

ValueId Network::norm(const std::string& name, ValueId x, double gain) {
  const Shape shape{channels(x)};
  const ValueId gamma = random(name + ".weight", shape, gain, 0.1 * gain);
  const ValueId beta = random(name + ".bias", shape, 0, 0.1);
  const ValueId mean = random(name + ".running_mean", shape, 0, 0.1);
  const ValueId variance = random(name + ".running_var", shape, 1, 0.1);
  return node("BatchNormalization", name, {x, gamma, beta, mean, variance});
}

ValueId Network::relu(const std::string& name, ValueId x) { return node("Relu", name, {x}); }

ValueId Network::relu6(const std::string& name, ValueId x) {
  const ValueId low = graph_.add_constant(name + ".min", Tensor::scalar(0));
  const ValueId high = graph_.add_constant(name + ".max", Tensor::scalar(6));
  return node("Clip", name, {x, low, high});
}

ValueId Network::max_pool(const std::string& name, ValueId x, std::int64_t kernel,
                          std::int64_t stride, std::int64_t pad) {
  Attributes attributes;
  attributes.set("kernel_shape", Ints{kernel, kernel});
  attributes.set("strides", Ints{stride, stride});
  attributes.set("pads", Ints{pad, pad, pad, pad});
  return node("MaxPool", name, {x}, std::move(attributes));
}

ValueId Network::average(const std::string& name, ValueId x) {
  return flatten(name + ".flatten", node("GlobalAveragePool", name, {x}));
}

ValueId Network::flatten(const std::string& name, ValueId x) {
  Attributes attributes;
  attributes.set("axis", std::int64_t(1));
  return node("Flatten", name, {x}, std::move(attributes));
}

ValueId Network::dense(const std::string& name, ValueId x, std::int64_t outputs, bool bias,
                       After after) {
  const std::int64_t c = channels(x);
  std::vector<ValueId> inputs{x, random(name + ".weight", {outputs, c}, 0, deviation(c, after))};
  if (bias) inputs.push_back(random(name + ".bias", {outputs}, 0, 0.05));
  Attributes attributes;
  attributes.set("transB", std::int64_t(1));
  return node("Gemm", name, std::move(inputs), std::move(attributes));
}

ValueId Network::add(const std::string& name, ValueId a, ValueId b) {
  return node("Add", name, {a, b});
}

ValueId Network::concat(const std::string& name, std::vector<ValueId> parts) {
  Attributes attributes;
  attributes.set("axis", std::int64_t(1));
  return node("Concat", name, std::move(parts), std::move(attributes));
}

ValueId Network::subsample(const std::string& name, ValueId x, std::int64_t channels_out) {
  const std::int64_t low = (channels_out - channels(x)) / 2;
  const std::int64_t high = channels_out - channels(x) - low;
  constexpr std::int64_t kEnd = std::int64_t(1) << 31;
  const std::string cut = name + ".slice", wide = name + ".pad";
  const ValueId half = node("Slice", cut,
                            {x, ints(cut + ".starts", {0, 0}), ints(cut + ".ends", {kEnd, kEnd}),
                             ints(cut + ".axes", {2, 3}), ints(cut + ".steps", {2, 2})});
  Attributes attributes;
  attributes.set("mode", std::string("constant"));
  return node("Pad", wide, {half, ints(wide + ".pads", {0, low, 0, 0, 0, high, 0, 0})},
              std::move(attributes));
}

ValueId Network::conv_norm(const std::string& name, ValueId x, const ConvSpec& spec, double gain) {
  return norm(name + ".norm", conv(name + ".conv", x, spec), gain);
}

ValueId Network::conv_norm_relu(const std::string& name, ValueId x, const ConvSpec& spec) {
  return relu(name + ".relu", conv_norm(name, x, spec));
}

Result<Graph> Network::finish(ValueId logits) {
  DLIS_TRY(status_);
  graph_.value(logits).name = "logits";
  graph_.outputs.push_back(logits);
  graph_ = renumbered(std::move(graph_));
  DLIS_TRY(validate(graph_));
  return std::move(graph_);
}

}  // namespace dlis
