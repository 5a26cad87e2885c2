// The row `renormalise`: a BatchNormalization behind each convolution that has none, so that a
// network whose own were folded into its weights trains like one that has them. Mean and variance
// are those of the training images, scale and bias undo them: the outputs stay what they were.
//
// Filters are scaled on the way, which their normalisation undoes as well: folding left lengths
// that neither a rate nor a comparison of magnitudes between layers was made for. A layer's mean
// length becomes about 1, and a filter's the square root of what it was of that mean. resnet20 with
// half of its weights zero, in one shot (statistics=0): 60.4 % folded, 88.2 with all lengths
// 1, 88.7 with lengths as they are in a layer, 89.1 with their root; 90.3 before it was folded.
#include <fmt/format.h>

#include <cmath>

#include "dlis/base/text.h"
#include "dlis/compress/moments.h"
#include "dlis/compress/quantise.h"
#include "dlis/compress/training.h"
#include "dlis/model/op.h"

namespace dlis {

extern const Technique renormalise_row;

namespace {

constexpr float kEpsilon = 1e-5f;
constexpr ParameterSpec kParameters[] = {
    {"images", "training images that means and variances are of", "512"}, DLIS_TRAINING_PARAMETERS};

bool is_normalised(const Graph& graph, const Uses& uses, ValueId value) {
  const auto& readers = uses.consumers[std::size_t(value)];
  return !uses.is_output[std::size_t(value)] && readers.size() == 1 &&
         std::string_view(graph.nodes[std::size_t(readers[0])].op->name) == "BatchNormalization";
}

// The nodes that get one.
std::vector<std::size_t> bare_convolutions(const Graph& graph) {
  const Uses uses(graph);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const bool biased = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
    if (std::string_view(node.op->name) == "Conv" && graph.is_constant(node.inputs[1]) &&
        (!biased || graph.is_constant(node.inputs[2])) &&
        graph.value(node.outputs[0]).shape->rank() == 4 &&
        !is_normalised(graph, uses, node.outputs[0]))
      found.push_back(i);
  }
  return found;
}

double length_of(std::span<const float> filter) {
  double square = 0;
  for (const float w : filter) square += double(w) * double(w);
  return std::sqrt(square);
}

// The factors that give the filters of a convolution their lengths; its weights and bias times
// those.
std::vector<float> take_lengths(Graph& graph, Node& conv) {
  Tensor weights = graph.value(conv.inputs[1]).constant;
  const auto filters = std::size_t(weights.shape()[0]);
  const auto values = weights.edit<float>();
  const std::size_t each = values.size() / filters;
  std::vector<double> lengths;
  double mean = 0;
  for (std::size_t k = 0; k < filters; ++k) {
    lengths.push_back(length_of(values.subspan(k * each, each)));
    mean += lengths[k] / double(filters);
  }
  std::vector<float> factors(filters, 1);
  for (std::size_t k = 0; k < filters; ++k) {
    if (lengths[k] > 0) factors[k] = float(1 / std::sqrt(lengths[k] * mean));
    for (float& w : values.subspan(k * each, each)) w *= factors[k];
  }
  conv.inputs[1] = graph.add_constant(graph.value(conv.inputs[1]).name, weights);
  if (conv.inputs.size() < 3 || conv.inputs[2] == kNoValue) return factors;
  Tensor bias = graph.value(conv.inputs[2]).constant;
  for (std::size_t k = 0; k < filters; ++k) bias.edit<float>()[k] *= factors[k];
  conv.inputs[2] = graph.add_constant(graph.value(conv.inputs[2]).name, bias);
  return factors;
}

// The convolution makes a new value, the normalisation the one that it made.
Node normalisation(Graph& graph, Node& conv, const Moments& moments) {
  const ValueId made = conv.outputs[0];
  const std::string name = graph.value(made).name;
  const std::vector<float> factors = take_lengths(graph, conv);
  std::vector<float> scale, shift, mean, variance;
  for (std::size_t k = 0; k < factors.size(); ++k) {
    shift.push_back(float(moments.mean(k)));
    mean.push_back(shift[k] * factors[k]);
    variance.push_back(float(moments.variance(k)) * factors[k] * factors[k]);
    scale.push_back(std::sqrt(variance[k] + kEpsilon) / factors[k]);
  }
  const auto constant = [&](const char* end, const std::vector<float>& values) {
    return graph.add_constant(name + end, Tensor::of<float>({std::int64_t(values.size())}, values));
  };
  Node norm{find_operator("BatchNormalization"), name + "_norm", {}, {}, {made}};
  norm.attributes.set("epsilon", kEpsilon);
  norm.attributes.set("momentum", 0.9f);
  Value raw = graph.value(made);
  raw.name = name + "_raw";
  conv.outputs = {graph.add_value(std::move(raw))};
  norm.inputs = {conv.outputs[0], constant("_scale", scale), constant("_shift", shift),
                 constant("_mean", mean), constant("_variance", variance)};
  return norm;
}

Result<Graph> normalised(const Graph& graph, const std::vector<std::size_t>& bare,
                         const Dataset& images, CompressOptions options) {
  std::vector<ValueId> wanted;
  for (const std::size_t i : bare) wanted.push_back(graph.nodes[i].outputs[0]);
  options.images = &images;
  std::vector<Moments> moments(bare.size());
  DLIS_TRY(observe_images(graph, wanted, options, [&](std::span<const Tensor> seen) {
    for (std::size_t i = 0; i < seen.size(); ++i) moments[i].add(seen[i]);
  }));
  Graph made = graph;
  made.nodes.clear();
  for (std::size_t i = 0, next = 0; i < graph.nodes.size(); ++i) {
    made.nodes.push_back(graph.nodes[i]);
    if (next == bare.size() || bare[next] != i) continue;
    Node norm = normalisation(made, made.nodes.back(), moments[next++]);
    made.nodes.push_back(std::move(norm));
  }
  return made;
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions& options) {
  const std::int64_t count =
      DLIS_TRY(parse_integer(parameter_of(renormalise_row, choice, "images"), "images"));
  if (count < 1) return fail("must be at least 1", "images");
  if (!options.images || !options.observe)
    return refusal("needs training images for its means and variances; give --data");
  const std::vector<std::size_t> bare = bare_convolutions(graph);
  Graph made = DLIS_TRY(normalised(graph, bare, sample_of(*options.images, count), options));
  const std::string note = bare.empty()
                               ? "every convolution is normalised already"
                               : fmt::format("{} convolutions are normalised now", bare.size());
  std::optional<Training> training =
      DLIS_TRY(start_training(renormalise_row, choice, made, options));
  if (!training) return Compressed{std::move(made), {}, {note}};
  DLIS_TRY(training->resume());
  DLIS_TRY(training->finish(options.report));
  return Compressed{training->graph(), std::move(made), {note}};
}

bool learns_from_images(const Choice&) { return true; }

}  // namespace

extern constinit const Technique renormalise_row{
    .name = "renormalise",
    .summary = "BatchNormalization behind each convolution, from data; the outputs do not change",
    .parameters = kParameters,
    .apply = apply,
    .needs_images = learns_from_images,
};

}  // namespace dlis
