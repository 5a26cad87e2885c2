// The row `weight_prune`: the smallest weights of the whole network become zero (global magnitude
// pruning; Han et al., "Learning both Weights and Connections for Efficient Neural Networks", 2015,
// with one threshold for all layers), in one shot or, with epochs, gradually (Zhu and Gupta, "To
// prune, or not to prune", 2017).
//
// scope=layer takes the same share of each layer instead. Layers that `layers` names are cut by
// themselves, the first one and depthwise ones too, and count for nothing in `zeros`.
//
// `zeros` is the share of zeros in all weights of Conv, Gemm and MatMul afterwards, exact to one
// weight or block; among equal magnitudes those that come first in the network go first. Biases and
// BatchNorm are never touched. The first layer and depthwise convolutions are kept too unless
// all=1: they hold few of the weights (resnet20 0.2 %, mobilenet_v1 1.4 %), and losing them costs
// much accuracy.
//
// granularity=block1x16 takes blocks of 16 output channels that one input channel meets at one
// position of the filter, those whose mean square is least: what a kernel whose vectors are output
// channels can skip. granularity=kernel1x16 takes a block's whole filters, whose Winograd transform
// is then zero at every frequency (after Yu, Park, Naumov, "Spatial-Winograd Pruning Enabling
// Sparse Winograd Convolution", 2019). granularity=2of4 takes half of every four neighbouring input
// channels, the pattern of sparse tensor cores (Mishra et al., "Accelerating Sparse Deep Neural
// Networks", 2021); with epochs those fours come first that lose least, so that zeros grow as
// elsewhere and each four is cut once.
#include <fmt/format.h>

#include <cmath>

#include "dlis/base/text.h"
#include "dlis/compress/statistics.h"
#include "dlis/compress/training.h"
#include "dlis/compress/weight_pools.h"

namespace dlis {

extern const Technique weight_prune_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"zeros", "share of zeros among all weights, 0 to 1", nullptr},
    {"granularity",
     "element: single weights; block1x16: 16 neighbouring output channels at once; kernel1x16: "
     "their whole filters of an input channel; 2of4: the 2 smallest of 4 neighbouring input "
     "channels, with zeros=0.5",
     "element"},
    {"scope", "global: the smallest of all; layer: the same share of each layer", "global"},
    {"all", "1: the first layer and depthwise convolutions as well", "0"},
    {"layers",
     DLIS_LAYERS_FORM
     ": layers whose name an expression is found in get that share of zeros instead (the first "
     "that is found counts), and zeros is then the share in the others",
     "none"},
    {"keep", "regular expression of the layers that stay as they are", "none"},
    {"ramp", "share of the epochs over which zeros grow", "0.5"},
    {"every", "steps between two cuts while they grow", "100"},
    DLIS_STATISTICS_PARAMETER,
    DLIS_TRAINING_PARAMETERS,
};

constexpr const char* kStrengths[] = {"zeros"};

struct Settings {
  WeightTarget target;
  Ramp ramp;
};

std::string text(const Choice& choice, std::string_view name) {
  return parameter_of(weight_prune_row, choice, name);
}

// `zeros` and what it means for the granularity.
Status read_shares(const Choice& choice, WeightTarget& target) {
  target.granularity = DLIS_TRY(parse_granularity(text(choice, "granularity")));
  target.zeros = DLIS_TRY(parse_real(text(choice, "zeros"), "zeros"));
  if (target.zeros < 0 || target.zeros > 1)
    return fail("must be a share from 0 to 1", "zeros", "0.9 keeps every tenth weight");
  target.own = DLIS_TRY(parse_layer_shares(text(choice, "layers")));
  if (target.granularity != Granularity::two_of_four) return {};
  if (target.zeros != 0.5)
    return fail("granularity=2of4 makes half of the weights zero, no other share", "zeros",
                "write zeros=0.5");
  if (!target.own.empty())
    return fail("granularity=2of4 makes half of every layer zero, no other share", "layers",
                "name the layers that stay as they are with keep");
  return {};
}

Result<Settings> settings_of(const Choice& choice) {
  Settings settings;
  WeightTarget& target = settings.target;
  DLIS_TRY(read_shares(choice, target));
  target.all = DLIS_TRY(is_second(weight_prune_row, choice, "all", "0", "1"));
  target.by_layer = DLIS_TRY(is_second(weight_prune_row, choice, "scope", "global", "layer"));
  if (const std::string keep = text(choice, "keep"); keep != "none") target.keep = keep;
  settings.ramp = DLIS_TRY(ramp_of(weight_prune_row, choice));
  return settings;
}

Graph cut(Graph graph, std::span<const WeightPool> pools, double share) {
  for (const WeightPool& pool : pools) graph = with_zeros(std::move(graph), pool, share);
  return graph;
}

// Zeros grow over the first part of the epochs, the rest heals. A weight that was zero may come
// back when the next cut finds others smaller, as the momentum that it is held without is none.
Result<Graph> gradually(Training& training, std::span<const WeightPool> pools, const Ramp& ramp,
                        const OnReport& report) {
  const std::int64_t all = training.steps(), growing = ramp.steps(training);
  DLIS_TRY(training.resume());
  while (training.step() < growing) {
    training.keep();
    const double done = double(training.step() + ramp.every) / double(growing);
    DLIS_TRY(training.hold_zeros(cut(training.graph(), pools, cubic_growth(done))));
    DLIS_TRY(training.advance(std::min(ramp.every, all - training.step()), report));
  }
  DLIS_TRY(training.finish(report));
  return cut(training.graph(), pools, 1);
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions& options) {
  const Settings settings = DLIS_TRY(settings_of(choice));
  const std::vector<WeightPool> pools = DLIS_TRY(pools_of(graph, settings.target));
  Compressed result{cut(graph, pools, 1), {}, {}};
  if (settings.target.granularity == Granularity::two_of_four)
    result.notes.emplace_back("2of4 is for sparse tensor cores: no row on a CPU gains from it");
  std::optional<Training> training =
      DLIS_TRY(start_training(weight_prune_row, choice, graph, options));
  if (!training) return result;
  result.surgery = std::move(result.graph);
  result.graph = DLIS_TRY(gradually(*training, pools, settings.ramp, options.report));
  return result;
}

}  // namespace

extern constinit const Technique weight_prune_row{
    .name = "weight_prune",
    .summary = "the smallest weights of the whole network or of each layer become zero",
    .parameters = kParameters,
    .apply = apply,
    .strengths = kStrengths,
};

}  // namespace dlis
