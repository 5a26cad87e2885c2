// Bias correction (Nagel et al., 2019, section 4.2): rounded weights and cut-off inputs move the
// mean of each output channel; what is seen of that is taken from the bias.
//
// Beside each layer its rounded twin reads the rounded input of the same f32 network, so that one
// run over the images shows the error of every layer by itself.
#include <algorithm>
#include <string_view>

#include "dlis/compress/quantise.h"
#include "dlis/model/op.h"
#include "dlis/model/passes/rewrite.h"
#include "dlis/model/quantised.h"

namespace dlis {
namespace {

struct Twins {
  Graph graph;
  std::vector<std::size_t> layers;  // nodes of the graph without twins
  std::vector<ValueId> wanted;      // of each: its output, its twin's
};

// The reals that the rounded weights of a layer stand for.
Tensor rounded_weights(const Graph& graph, const Node& layer, float input_scale) {
  const Tensor& weights = graph.value(layer.inputs[1]).constant;
  const bool has_bias = layer.inputs.size() > 2 && layer.inputs[2] != kNoValue;
  const Tensor bias = has_bias ? graph.value(layer.inputs[2]).constant : Tensor();
  const ByteWeights bytes = byte_weights(weights, bias, channel_axis(layer), input_scale);
  return real_tensor({"", DType::i8, weights.shape(), bytes.weights, bytes.quant});
}

void add_twin(Twins& twins, const Node& layer, const Quant& quant) {
  Graph& graph = twins.graph;
  const ValueId x = layer.inputs[0];
  const Value input = graph.value(x), output = graph.value(layer.outputs[0]);
  const std::string name = output.name + "_twin";
  const ValueId stored =
      graph.add_value({name + "_stored", quant.type, input.shape, {}, std::nullopt});
  const ValueId real = add_real(graph, input, "_for_" + name);
  Node twin = layer;
  twin.name = name;
  twin.inputs[0] = real;
  twin.inputs[1] =
      graph.add_constant(name + "_weights", rounded_weights(graph, layer, quant.scale[0]));
  twin.outputs = {graph.add_value({name, DType::f32, output.shape, {}, std::nullopt})};
  graph.nodes.push_back(rounding_node(quant, name + "_round", x, stored));
  graph.nodes.push_back(reading_node(quant, name + "_read", stored, real));
  graph.nodes.push_back(twin);
  twins.wanted.insert(twins.wanted.end(), {layer.outputs[0], twin.outputs[0]});
}

Twins with_twins(const Graph& graph, const ByteParts& parts, const Ranges& ranges) {
  Twins twins{graph, {}, {}};
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!parts.layers[i]) continue;
    twins.layers.push_back(i);
    add_twin(twins, graph.nodes[i], bytes_for(ranges.at(graph.nodes[i].inputs[0])));
  }
  return twins;
}

// The last axis of a dense layer's output, axis 1 of a convolution's.
int output_axis(const Node& layer, const Tensor& values) {
  return std::string_view(layer.op->name) == "Conv" ? 1 : values.shape().rank() - 1;
}

void add_means(const Tensor& values, int axis, double share, std::vector<double>& means) {
  const Shape& shape = values.shape();
  std::size_t inner = 1;
  for (int i = axis + 1; i < shape.rank(); ++i) inner *= std::size_t(shape[i]);
  means.resize(std::size_t(shape[axis]));
  const auto all = values.as<float>();
  const double each = share * double(means.size()) / double(std::max<std::size_t>(1, all.size()));
  for (std::size_t first = 0, k = 0; first < all.size(); first += inner, ++k) {
    double sum = 0;
    for (const float x : all.subspan(first, inner)) sum += double(x);
    means[k % means.size()] += each * sum;
  }
}

void take_from_bias(Graph& graph, Node& layer, const std::vector<double>& error) {
  const bool has_bias = layer.inputs.size() > 2 && layer.inputs[2] != kNoValue;
  const std::string name =
      has_bias ? graph.value(layer.inputs[2]).name : graph.value(layer.outputs[0]).name + "_bias";
  std::vector<double> bias(error.size(), 0);
  if (has_bias) bias = doubles_of(graph.value(layer.inputs[2]));
  for (std::size_t k = 0; k < bias.size(); ++k) bias[k] -= error[k];
  const ValueId made = graph.add_constant(name, f32_of({std::int64_t(bias.size())}, bias));
  layer.inputs.resize(std::max<std::size_t>(3, layer.inputs.size()), kNoValue);
  layer.inputs[2] = made;
}

}  // namespace

Status correct_biases(Graph& graph, const ByteParts& parts, const Ranges& ranges,
                      const CompressOptions& options) {
  const Twins twins = with_twins(graph, parts, ranges);
  std::vector<std::vector<double>> errors(twins.layers.size());
  const auto images = double(options.images->size());
  DLIS_TRY(observe_images(twins.graph, twins.wanted, options, [&](std::span<const Tensor> seen) {
    for (std::size_t i = 0; i < errors.size(); ++i) {
      const double share = double(seen[2 * i].shape()[0]) / images;
      const int axis = output_axis(graph.nodes[twins.layers[i]], seen[2 * i]);
      add_means(seen[2 * i], axis, -share, errors[i]);
      add_means(seen[2 * i + 1], axis, share, errors[i]);
    }
  }));
  for (std::size_t i = 0; i < errors.size(); ++i)
    take_from_bias(graph, graph.nodes[twins.layers[i]], errors[i]);
  return {};
}

}  // namespace dlis
