// The row `weight_prune`: the smallest weights of the whole network become zero (global magnitude
// pruning; Han et al., "Learning both Weights and Connections for Efficient Neural Networks", 2015,
// with one threshold for all layers), in one shot or, with epochs, gradually (Zhu and Gupta, "To
// prune, or not to prune", 2017).
//
// scope=layer takes the same share of each layer instead.
//
// `zeros` is the share of zeros in all weights of Conv, Gemm and MatMul afterwards, exact to one
// weight or block; among equal magnitudes those that come first in the network go first. Biases and
// BatchNorm are never touched. The first layer and depthwise convolutions are kept too unless
// all=1: they hold few of the weights (resnet20 0.2 %, mobilenet_v1 1.4 %), and losing them costs
// much accuracy.
//
// granularity=block1x16 takes blocks of 16 output channels that one input channel meets at one
// position of the filter, those whose mean square is least: what a kernel whose vectors are output
// channels can skip. granularity=2of4 takes half of every four neighbouring input channels, the
// pattern of sparse tensor cores (Mishra et al., "Accelerating Sparse Deep Neural Networks", 2021);
// with epochs those fours come first that lose least, so that zeros grow as elsewhere and each four
// is cut once.
#include <fmt/format.h>

#include <cmath>

#include "dlis/base/text.h"
#include "dlis/compress/layer_names.h"
#include "dlis/compress/training.h"
#include "dlis/compress/weight_cut.h"

namespace dlis {

extern const Technique weight_prune_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"zeros", "share of zeros among all weights, 0 to 1", nullptr},
    {"granularity",
     "element: single weights; block1x16: 16 neighbouring output channels at once; 2of4: the 2 "
     "smallest of 4 neighbouring input channels, with zeros=0.5",
     "element"},
    {"scope", "global: the smallest of all; layer: the same share of each layer", "global"},
    {"all", "1: the first layer and depthwise convolutions as well", "0"},
    {"keep", "regular expression of the layers that stay as they are", "none"},
    {"ramp", "share of the epochs over which zeros grow", "0.5"},
    {"every", "steps between two cuts while they grow", "100"},
    DLIS_TRAINING_PARAMETERS,
};

struct Settings {
  double zeros = 0;
  Granularity granularity = Granularity::element;
  bool all = false, by_layer = false;
  std::string keep;  // empty: none
  Ramp ramp;
};

std::string text(const Choice& choice, std::string_view name) {
  return parameter_of(weight_prune_row, choice, name);
}

Status read_zeros(const Choice& choice, Settings& settings) {
  settings.granularity = DLIS_TRY(parse_granularity(text(choice, "granularity")));
  settings.zeros = DLIS_TRY(parse_real(text(choice, "zeros"), "zeros"));
  if (settings.zeros < 0 || settings.zeros > 1)
    return fail("must be a share from 0 to 1", "zeros", "0.9 keeps every tenth weight");
  if (settings.granularity == Granularity::two_of_four && settings.zeros != 0.5)
    return fail("granularity=2of4 makes half of the weights zero, no other share", "zeros",
                "write zeros=0.5");
  return {};
}

Result<Settings> settings_of(const Choice& choice) {
  Settings settings;
  DLIS_TRY(read_zeros(choice, settings));
  const std::string all = text(choice, "all");
  if (all != "0" && all != "1") return fail("must be 0 or 1", "all");
  settings.all = all == "1";
  const std::string scope = text(choice, "scope");
  if (scope != "global" && scope != "layer") return fail("must be global or layer", "scope");
  settings.by_layer = scope == "layer";
  if (const std::string keep = text(choice, "keep"); keep != "none") settings.keep = keep;
  settings.ramp = DLIS_TRY(ramp_of(weight_prune_row, choice));
  return settings;
}

tl::unexpected<Error> cannot(const WeightPool& pool, std::int64_t all, std::int64_t most,
                             const Settings& settings) {
  return refusal(fmt::format(
      "{} of {} weights would have to be zero, but only {} are {}", pool.wanted, all, most,
      settings.all ? "not kept; ask for less"
                   : "neither in the first layer nor depthwise nor kept; ask for less or add "
                     "all=1"));
}

Result<WeightPool> pool_of(const Graph& graph, const Settings& settings) {
  const std::vector<Weight> weights = weights_of(graph);
  std::vector<LayerNames> names;
  for (const Weight& weight : weights) names.push_back(weight.layers);
  const std::vector<bool> kept = DLIS_TRY(kept_of(names, settings.keep));
  WeightPool pool{{}, settings.granularity, settings.by_layer};
  std::int64_t all = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    all += graph.value(weights[i].value).constant.elements();
    if (kept[i] || (!settings.all && (weights[i].first || weights[i].depthwise))) continue;
    pool.weights.push_back(weights[i]);
  }
  const std::int64_t most = prunable(graph, pool);
  const bool fixed = settings.granularity == Granularity::two_of_four;
  pool.wanted = fixed ? most : std::llround(settings.zeros * double(all));
  if (pool.wanted > most) return cannot(pool, all, most, settings);
  return pool;
}

// Zhu and Gupta 2017, eq. 1, from no zeros: the share of `zeros` reached when `done` of the pruning
// is over.
double cubic(double done) {
  const double left = 1 - std::min(1.0, done);
  return 1 - left * left * left;
}

// Zeros grow over the first part of the epochs, the rest heals. A weight that was zero may come
// back when the next cut finds others smaller, as the momentum that it is held without is none.
Result<Graph> gradually(Training& training, const WeightPool& pool, const Ramp& ramp,
                        const OnReport& report) {
  const std::int64_t all = training.steps(), growing = ramp.steps(training);
  DLIS_TRY(training.resume());
  while (training.step() < growing) {
    training.keep();
    const double done = double(training.step() + ramp.every) / double(growing);
    DLIS_TRY(training.hold_zeros(with_zeros(training.graph(), pool, cubic(done))));
    DLIS_TRY(training.advance(std::min(ramp.every, all - training.step()), report));
  }
  DLIS_TRY(training.finish(report));
  return with_zeros(training.graph(), pool);
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions& options) {
  const Settings settings = DLIS_TRY(settings_of(choice));
  const WeightPool pool = DLIS_TRY(pool_of(graph, settings));
  Compressed result{with_zeros(graph, pool), {}, {}};
  if (settings.granularity == Granularity::two_of_four)
    result.notes.emplace_back("2of4 is for sparse tensor cores: no row on a CPU gains from it");
  std::optional<Training> training =
      DLIS_TRY(start_training(weight_prune_row, choice, graph, options));
  if (!training) return result;
  result.surgery = std::move(result.graph);
  result.graph = DLIS_TRY(gradually(*training, pool, settings.ramp, options.report));
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
