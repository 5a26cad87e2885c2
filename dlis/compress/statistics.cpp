// Surgery moves what a BatchNormalization reads, but not the mean and variance that it takes off.
//
// Those that a network comes with are of other images than ours (cut and mirrored ones, an average
// over the last steps of training): resnet20, unchanged, has 91.73 % with them and 88.62 with those
// of 2048 plain images. So first each takes those of our images with a scale and bias that leave
// its outputs alone (as in renormalise.cpp), then comes the change, then they are seen again.
//
// The second time those of a layer depend on all corrected ones in front. The network runs as in
// training, each BatchNormalization with mean and variance of its batch, so one pass shows all:
// as accurate as layer by layer (87.95 and 87.94 with 70 % zeros) in a fifth of the time, which is
// about 1 s for resnet20.
#include "dlis/compress/statistics.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "dlis/base/text.h"
#include "dlis/compress/moments.h"
#include "dlis/compress/quantise.h"
#include "dlis/model/op.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

enum Input : std::size_t { kX, kScale, kBias, kMean, kVariance };

// The BatchNormalizations that images can be seen through.
std::vector<std::size_t> norms_of(const Graph& graph) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (std::string_view(node.op->name) != "BatchNormalization") continue;
    const Value& x = graph.value(node.inputs[kX]);
    const bool fixed = std::all_of(node.inputs.begin() + kScale, node.inputs.end(),
                                   [&](ValueId id) { return graph.is_constant(id); });
    if (fixed && real_type(x) == DType::f32 && x.shape->rank() > 1) found.push_back(i);
  }
  return found;
}

std::vector<ValueId> inputs_of(const Graph& graph, const std::vector<std::size_t>& norms) {
  std::vector<ValueId> inputs;
  for (const std::size_t i : norms) inputs.push_back(graph.nodes[i].inputs[kX]);
  return inputs;
}

Verdict can_see(const Graph& graph, const std::vector<std::size_t>& norms,
                const CompressOptions& options) {
  if (!options.images || options.images->size() == 0 || !options.observe)
    return refuse("there are no training images");
  const Result<Graph> pair = with_batch(graph, 2);
  const bool whole = pair && std::ranges::all_of(inputs_of(graph, norms), [&](ValueId id) {
                       return (*pair->value(id).shape)[0] == 2;
                     });
  return whole ? accept() : refuse("the network takes no batches");
}

Result<std::vector<Moments>> moments_of(const Graph& graph, const std::vector<ValueId>& values,
                                        const CompressOptions& options) {
  std::vector<Moments> moments(values.size());
  DLIS_TRY(observe_images(graph, values, options, [&](std::span<const Tensor> seen) {
    for (std::size_t i = 0; i < seen.size(); ++i) moments[i].add(seen[i]);
  }));
  return moments;
}

void set(Graph& graph, Node& norm, Input input, const std::vector<double>& values) {
  const std::string name = graph.value(norm.inputs[input]).name;
  norm.inputs[input] = graph.add_constant(name, f32_of({std::int64_t(values.size())}, values));
}

void set_statistics(Graph& graph, Node& norm, const Moments& moments) {
  std::vector<double> mean, variance;
  for (std::size_t c = 0; c < moments.sum.size(); ++c) {
    mean.push_back(moments.mean(c));
    variance.push_back(moments.variance(c));
  }
  set(graph, norm, kMean, mean);
  set(graph, norm, kVariance, variance);
}

// The same function: g (x - m) / sqrt(v + e) + b with other m and v.
void rebase(Graph& graph, Node& norm, const Moments& moments) {
  const auto input = [&](Input i) { return doubles_of(graph.value(norm.inputs[i])); };
  std::vector<double> scale = input(kScale), bias = input(kBias);
  const std::vector<double> mean = input(kMean), variance = input(kVariance);
  const double epsilon = norm.attributes.real("epsilon", 1e-5f);
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const double slope = scale[c] / std::sqrt(variance[c] + epsilon);
    bias[c] += slope * (moments.mean(c) - mean[c]);
    scale[c] = slope * std::sqrt(moments.variance(c) + epsilon);
  }
  set(graph, norm, kScale, scale);
  set(graph, norm, kBias, bias);
  set_statistics(graph, norm, moments);
}

// Nodes that compute mean and variance of the batch in front of a BatchNormalization.
struct TrainingForm {
  Graph graph;

  ValueId add(const char* op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    const std::string name = fmt::format("statistics_{}", graph.values.size());
    const ValueId made = graph.add_value({name, DType::f32, {}, {}, {}});
    graph.nodes.push_back(
        {find_operator(op), name, std::move(attributes), std::move(inputs), {made}});
    return made;
  }
  void add_statistics(Node& norm) {
    const ValueId x = norm.inputs[kX];
    Ints all(std::size_t(graph.value(x).shape->rank()));
    std::iota(all.begin(), all.end(), 0);
    all.erase(all.begin() + 1);
    Attributes axes, kept, dropped;
    axes.set("axes", all), kept = dropped = axes;
    kept.set("keepdims", std::int64_t(1)), dropped.set("keepdims", std::int64_t(0));
    const ValueId mean = add("ReduceMean", {x}, kept);
    const ValueId apart = add("Sub", {x, mean});
    norm.inputs[kMean] = add("Squeeze", {mean}, axes);
    norm.inputs[kVariance] = add("ReduceMean", {add("Mul", {apart, apart})}, dropped);
  }
};

// Values keep their numbers.
Result<Graph> training_form(const Graph& graph, const std::vector<std::size_t>& norms) {
  TrainingForm form{graph};
  form.graph.nodes.clear();
  for (std::size_t i = 0, next = 0; i < graph.nodes.size(); ++i) {
    Node node = graph.nodes[i];
    if (next < norms.size() && norms[next] == i) ++next, form.add_statistics(node);
    form.graph.nodes.push_back(std::move(node));
  }
  DLIS_TRY(infer_shapes(form.graph));
  return std::move(form.graph);
}

Result<Graph> rebased(Graph graph, const std::vector<std::size_t>& norms,
                      const CompressOptions& options) {
  const auto moments = DLIS_TRY(moments_of(graph, inputs_of(graph, norms), options));
  for (std::size_t i = 0; i < norms.size(); ++i) rebase(graph, graph.nodes[norms[i]], moments[i]);
  return renumbered(std::move(graph));
}

Result<Graph> renewed(Graph graph, const std::vector<std::size_t>& norms,
                      const CompressOptions& options) {
  const Graph form = DLIS_TRY(training_form(graph, norms));
  const auto moments = DLIS_TRY(moments_of(form, inputs_of(graph, norms), options));
  for (std::size_t i = 0; i < norms.size(); ++i)
    set_statistics(graph, graph.nodes[norms[i]], moments[i]);
  return renumbered(std::move(graph));
}

}  // namespace

Result<std::int64_t> statistics_of(const Technique& row, const Choice& choice, bool one_shot) {
  const std::string text = parameter_of(row, choice, "statistics");
  const std::int64_t count = text.empty() ? 0 : DLIS_TRY(parse_integer(text, "statistics"));
  if (count < 0) return fail("must be at least 1, or 0", "statistics");
  return one_shot || parameter_of(row, choice, "epochs") == "0" ? count : 0;
}

Result<Compressed> apply_with_statistics(const Technique& row, const Graph& graph,
                                         const Choice& choice, const CompressOptions& options,
                                         std::int64_t count) {
  const std::vector<std::size_t> norms = norms_of(graph);
  if (norms.empty()) return row.apply(graph, choice, options);
  if (const Verdict can = can_see(graph, norms, options); !can) {
    Compressed made = DLIS_TRY(row.apply(graph, choice, options));
    made.notes.push_back("the statistics of BatchNormalizations stay: " + can.reason);
    return made;
  }
  const Dataset images = sample_of(*options.images, count);
  CompressOptions some = options;
  some.images = &images;
  const Graph based = DLIS_TRY(rebased(graph, norms, some));
  Compressed made = DLIS_TRY(row.apply(based, choice, options));
  const std::vector<std::size_t> left = norms_of(made.graph);
  made.graph = DLIS_TRY(renewed(std::move(made.graph), left, some));
  made.notes.push_back(fmt::format("the statistics of {} BatchNormalizations are of {} images",
                                   left.size(), images.size()));
  return made;
}

}  // namespace dlis
