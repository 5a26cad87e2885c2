// The row `weight_prune`: the smallest weights of the whole network become zero (global magnitude
// pruning; Han et al., "Learning both Weights and Connections for Efficient Neural Networks", 2015,
// with one threshold for all layers), in one shot or, with epochs, gradually (Zhu and Gupta, "To
// prune, or not to prune", 2017).
//
// scope=layer takes the same share of each layer instead.
//
// `zeros` is the share of zeros in all weights of Conv, Gemm and MatMul afterwards, exact to one
// weight; among equal magnitudes those that come first in the network go first. Biases and
// BatchNorm are never touched. The first layer and depthwise convolutions are kept too unless
// all=1: they hold few of the weights (resnet20 0.2 %, mobilenet_v1 1.4 %), and losing them costs
// much accuracy.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "dlis/base/text.h"
#include "dlis/compress/training.h"

namespace dlis {

extern const Technique weight_prune_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"zeros", "share of zeros among all weights, 0 to 1", nullptr},
    {"scope", "global: the smallest of all; layer: the same share of each layer", "global"},
    {"all", "1: the first layer and depthwise convolutions as well", "0"},
    {"ramp", "share of the epochs over which zeros grow", "0.5"},
    {"every", "steps between two cuts while they grow", "100"},
    DLIS_TRAINING_PARAMETERS,
};

struct Settings {
  double zeros = 0;
  bool all = false, by_layer = false;
  Ramp ramp;
};

Result<Settings> settings_of(const Choice& choice) {
  Settings settings;
  settings.zeros = DLIS_TRY(parse_real(parameter_of(weight_prune_row, choice, "zeros"), "zeros"));
  if (settings.zeros < 0 || settings.zeros > 1)
    return fail("must be a share from 0 to 1", "zeros", "0.9 keeps every tenth weight");
  const std::string all = parameter_of(weight_prune_row, choice, "all");
  if (all != "0" && all != "1") return fail("must be 0 or 1", "all");
  settings.all = all == "1";
  const std::string scope = parameter_of(weight_prune_row, choice, "scope");
  if (scope != "global" && scope != "layer") return fail("must be global or layer", "scope");
  settings.by_layer = scope == "layer";
  settings.ramp = DLIS_TRY(ramp_of(weight_prune_row, choice));
  return settings;
}

// The magnitude as an integer: without its sign bit a float's bits are ordered as its value is, and
// NaN is above all.
std::uint32_t magnitude(std::uint32_t bits) { return bits & 0x7fffffffu; }

// How many of the lowest magnitudes to take: all below `threshold`, and `ties` of those equal to
// it.
struct Cut {
  std::uint32_t threshold = 0;
  std::int64_t ties = 0;
};

// A histogram of the upper 16 bits finds the bin that the count ends in, one of the lower 16 bits
// inside that bin the magnitude itself: two passes, no copy of the weights.
Cut find_cut(std::span<const Tensor> weights, std::int64_t count) {
  std::uint32_t prefix = 0;
  for (const bool upper : {true, false}) {
    std::vector<std::int64_t> histogram(1 << 16);
    for (const Tensor& tensor : weights)
      for (const std::uint32_t bits : tensor.as<std::uint32_t>()) {
        const std::uint32_t value = magnitude(bits);
        if (upper)
          ++histogram[value >> 16];
        else if ((value >> 16) == prefix)
          ++histogram[value & 0xffff];
      }
    std::uint32_t bin = 0;
    while (count > histogram[bin]) count -= histogram[bin++];
    prefix = upper ? bin : prefix << 16 | bin;
  }
  return {prefix, count};
}

void apply_cut(Tensor& tensor, Cut& cut) {
  for (std::uint32_t& bits : tensor.edit<std::uint32_t>()) {
    const std::uint32_t value = magnitude(bits);
    if (value < cut.threshold)
      bits = 0;
    else if (value == cut.threshold && cut.ties > 0)
      bits = 0, --cut.ties;
  }
}

struct Targets {
  std::int64_t all = 0, prunable = 0;
  std::vector<ValueId> ids;
  bool by_layer = false;
};

Targets targets_of(const Graph& graph, bool all, bool by_layer) {
  Targets targets;
  targets.by_layer = by_layer;
  for (const Weight& weight : weights_of(graph)) {
    const std::int64_t elements = graph.value(weight.value).constant.elements();
    targets.all += elements;
    if (!all && (weight.first || weight.depthwise)) continue;
    targets.prunable += elements;
    targets.ids.push_back(weight.value);
  }
  return targets;
}

// The `count` smallest become zero; with by_layer as many of each as its size is worth, `count` in
// all.
void cut(std::span<Tensor> tensors, const Targets& targets, std::int64_t count) {
  if (!targets.by_layer) {
    Cut all = find_cut(tensors, count);
    for (Tensor& tensor : tensors) apply_cut(tensor, all);
    return;
  }
  std::int64_t seen = 0, gone = 0;
  for (Tensor& tensor : tensors) {
    seen += tensor.elements();
    const auto until = std::llround(double(count) * double(seen) / double(targets.prunable));
    Cut own = find_cut(std::span(&tensor, 1), until - gone);
    apply_cut(tensor, own);
    gone = until;
  }
}

// The `count` smallest of the targets' weights are zero.
Graph with_zeros(Graph graph, const Targets& targets, std::int64_t count) {
  if (count == 0) return graph;
  std::vector<Tensor> tensors;
  for (const ValueId id : targets.ids)
    tensors.push_back(graph.value(id).constant.converted(DType::f32));
  cut(tensors, targets, count);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    Tensor& constant = graph.value(targets.ids[i]).constant;
    constant = tensors[i].converted(constant.type());
  }
  return graph;
}

// Zhu and Gupta 2017, eq. 1, from no zeros: the share of `zeros` reached when `done` of the pruning
// is over.
double cubic(double done) {
  const double left = 1 - std::min(1.0, done);
  return 1 - left * left * left;
}

// Zeros grow over the first part of the epochs, the rest heals. A weight that was zero may come
// back when the next cut finds others smaller, as the momentum that it is held without is none.
Result<Graph> gradually(Training& training, const Targets& targets, std::int64_t wanted,
                        const Ramp& ramp, const OnReport& report) {
  const std::int64_t all = training.steps(), growing = ramp.steps(training);
  DLIS_TRY(training.resume());
  while (training.step() < growing) {
    training.keep();
    const double done = double(training.step() + ramp.every) / double(growing);
    const auto count = std::llround(cubic(done) * double(wanted));
    DLIS_TRY(training.hold_zeros(with_zeros(training.graph(), targets, count)));
    DLIS_TRY(training.advance(std::min(ramp.every, all - training.step()), report));
  }
  DLIS_TRY(training.finish(report));
  return with_zeros(training.graph(), targets, wanted);
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions& options) {
  const Settings settings = DLIS_TRY(settings_of(choice));
  const Targets targets = targets_of(graph, settings.all, settings.by_layer);
  const std::int64_t wanted = std::llround(settings.zeros * double(targets.all));
  if (wanted > targets.prunable)
    return refusal(
        fmt::format("{} of {} weights would have to be zero, but only {} are neither in the "
                    "first layer nor depthwise; ask for less or add all=1",
                    wanted, targets.all, targets.prunable));
  Compressed result{with_zeros(graph, targets, wanted), {}, {}};
  std::optional<Training> training =
      DLIS_TRY(start_training(weight_prune_row, choice, graph, options));
  if (!training) return result;
  result.surgery = std::move(result.graph);
  result.graph = DLIS_TRY(gradually(*training, targets, wanted, settings.ramp, options.report));
  return result;
}

}  // namespace

extern constinit const Technique weight_prune_row{
    .name = "weight_prune",
    .summary = "the smallest weights of the whole network or of each layer become zero",
    .parameters = kParameters,
    .apply = apply,
};

}  // namespace dlis
