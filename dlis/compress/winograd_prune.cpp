// The row `winograd_prune`: 3x3 convolutions move into the Winograd domain of F(m x m, 3 x 3), and
// the smallest of their weights become zero there, where each saves a multiplication of every tile
// (Liu, Pool, Han, Dally, "Efficient Sparse-Winograd Convolutional Neural Networks", 2018). First,
// strided, grouped and 1x1 layers stay as they are and count for nothing in `zeros`.
//
// relu=0 is the same function as before, with weights G g G^T. With relu=1 the Relu in front moves
// into the transform, so that its values are sparse as well: another function, which has to be
// trained. Epochs are three parts: over the share `wait` the network learns its new form, over
// `ramp` zeros grow (Zhu and Gupta 2017), the rest heals. With steps=N they grow in N nested steps.
//
// Which weights are small: the values of one filter have magnitudes that differ by frequency, and
// so does what they do to an output. importance=1 compares u_f sqrt(energy_f), the root of the mean
// square by which an output changes without u_f when inputs are white (base/winograd.h; after Yu,
// Park, Naumov, "Spatial-Winograd Pruning Enabling Sparse Winograd Convolution", 2019).
// resnet20 with half of them zero and no training, batch statistics, 256 training images: 78 % with
// it and 43 without for m=4, 93 and 89 for m=2.
//
// Larger tiles and blocks lose more: docs/results/sparse.md. scope=global leaves the zeros to the
// layers that have many weights: vgg16 at 60 % loses 0.0 points with m=2 in one shot, by layer 0.9.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "dlis/base/divide.h"
#include "dlis/base/text.h"
#include "dlis/compress/statistics.h"
#include "dlis/compress/training.h"
#include "dlis/compress/weight_cut.h"
#include "dlis/compress/winograd_layers.h"

namespace dlis {

extern const Technique winograd_prune_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"zeros", "share of zeros among the weights in the Winograd domain, 0 to 1", nullptr},
    {"m", "tiles of m x m outputs: 2 or 4", "4"},
    {"relu", "1: the Relu in front moves into the transform, which needs epochs", "0"},
    {"importance", "1: magnitudes by what they do to an output; 0: as they are", "1"},
    {"granularity", "element: single weights; block1x16: 16 neighbouring output channels at once",
     "element"},
    {"scope", "global: the smallest of all; layer: the same share of each layer", "global"},
    {"keep", "regular expression of the layers that stay as they are", "none"},
    {"wait", "share of the epochs before the first zeros", "0.1"},
    {"ramp", "share of the epochs over which zeros grow", "0.5"},
    {"every", "steps between two cuts while they grow", "100"},
    {"steps", "cuts while they grow, in place of every; 0: as every says", "0"},
    DLIS_STATISTICS_PARAMETER,
    DLIS_TRAINING_PARAMETERS,
};

constexpr const char* kStrengths[] = {"zeros"};

struct Settings {
  WinogradMove move;
  double zeros = 0;
  WeightPool pool;  // but for its weights
  bool importance = true;
  Ramp ramp;
  double wait = 0;
  std::int64_t steps = 0;
};

std::string text(const Choice& choice, std::string_view name) {
  return parameter_of(winograd_prune_row, choice, name);
}

Status read_move(const Choice& choice, WinogradMove& move) {
  const std::string m = text(choice, "m");
  if (m != "2" && m != "4")
    return fail("must be 2 or 4", "m", "larger tiles lose too many digits to be trained");
  move.m = m == "2" ? 2 : 4;
  move.relu = DLIS_TRY(is_second(winograd_prune_row, choice, "relu", "0", "1"));
  if (const std::string keep = text(choice, "keep"); keep != "none") move.keep = keep;
  return {};
}

Status read_pool(const Choice& choice, WeightPool& pool) {
  pool.granularity = DLIS_TRY(parse_granularity(text(choice, "granularity")));
  if (pool.granularity != Granularity::element && pool.granularity != Granularity::block1x16)
    return fail("must be element or block1x16 in the Winograd domain", "granularity");
  pool.by_layer = DLIS_TRY(is_second(winograd_prune_row, choice, "scope", "global", "layer"));
  return {};
}

Status read_growth(const Choice& choice, Settings& settings) {
  settings.ramp = DLIS_TRY(ramp_of(winograd_prune_row, choice));
  settings.wait = DLIS_TRY(parse_real(text(choice, "wait"), "wait"));
  settings.steps = DLIS_TRY(parse_integer(text(choice, "steps"), "steps"));
  if (settings.steps < 0) return fail("must be at least 1, or 0", "steps");
  if (!(settings.wait >= 0 && settings.wait + settings.ramp.share <= 1))
    return fail("must be a share from 0 to 1, and at most 1 together with ramp", "wait");
  return {};
}

Result<Settings> settings_of(const Choice& choice) {
  Settings settings;
  settings.zeros = DLIS_TRY(parse_real(text(choice, "zeros"), "zeros"));
  if (!(settings.zeros >= 0 && settings.zeros <= 1))
    return fail("must be a share from 0 to 1", "zeros", "0.6 keeps four of ten weights");
  DLIS_TRY(read_move(choice, settings.move));
  DLIS_TRY(read_pool(choice, settings.pool));
  settings.importance = DLIS_TRY(is_second(winograd_prune_row, choice, "importance", "0", "1"));
  DLIS_TRY(read_growth(choice, settings));
  return settings;
}

WeightPool pool_of(const MovedGraph& moved, const Settings& settings) {
  WeightPool pool = settings.pool;
  pool.weights = moved.weights;
  std::int64_t all = 0;
  for (const Weight& weight : pool.weights)
    all += moved.graph.value(weight.value).constant.elements();
  pool.wanted = std::llround(settings.zeros * double(all));
  return pool;
}

void clear_where_zero(Tensor& weights, const Tensor& pattern) {
  Tensor real = weights.converted(DType::f32);
  const auto values = real.edit<float>();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (pattern.as<float>()[i] == 0) values[i] = 0;
  weights = real.converted(weights.type());
}

// `share` of the zeros that the pool wants, by importance.
Graph cut(Graph graph, const WeightPool& pool, bool importance, double share) {
  if (!importance) return with_zeros(std::move(graph), pool, share);
  Graph scaled = graph;
  for (const Weight& weight : pool.weights)
    scaled.value(weight.value).constant = importance_of(graph.value(weight.value).constant);
  scaled = with_zeros(std::move(scaled), pool, share);
  for (const Weight& weight : pool.weights)
    clear_where_zero(graph.value(weight.value).constant, scaled.value(weight.value).constant);
  return graph;
}

// What was zero when the network came stays it while it waits, as under weight_prune.
Result<Graph> trained(Training& training, const WeightPool& pool, const Settings& settings,
                      const OnReport& report) {
  const std::int64_t all = training.steps();
  const auto waiting = std::int64_t(settings.wait * double(all));
  const std::int64_t growing = std::max<std::int64_t>(1, settings.ramp.steps(training));
  const std::int64_t every = settings.steps == 0
                                 ? settings.ramp.every
                                 : divide_up(growing, std::min(settings.steps, growing));
  const auto with_share = [&](double share) {
    return cut(training.graph(), pool, settings.importance, share);
  };
  DLIS_TRY(training.resume());
  while (training.step() < std::min(all, waiting + growing)) {
    training.keep();
    const std::int64_t grown = training.step() - waiting;
    const double share =
        grown < 0 ? 0 : cubic_growth((double(grown) + double(every)) / double(growing));
    DLIS_TRY(training.hold_zeros(with_share(share)));
    DLIS_TRY(
        training.advance(std::min(every, (grown < 0 ? waiting : all) - training.step()), report));
  }
  DLIS_TRY(training.finish(report));
  return with_share(1);
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions& options) {
  const Settings settings = DLIS_TRY(settings_of(choice));
  const MovedGraph moved = DLIS_TRY(to_winograd(graph, settings.move));
  const WeightPool pool = pool_of(moved, settings);
  Compressed result{cut(moved.graph, pool, settings.importance, 1), {}, {}};
  std::optional<Training> training =
      DLIS_TRY(start_training(winograd_prune_row, choice, moved.graph, options, &graph));
  result.notes.push_back(fmt::format("{} layers moved into the Winograd domain, {} with their Relu",
                                     moved.moved, moved.with_relu));
  if (moved.other_m > 0)
    result.notes.push_back(fmt::format(
        "{} layers were in the Winograd domain before and keep their m", moved.other_m));
  if (moved.with_relu > 0 && !training)
    result.notes.emplace_back("a Relu inside the transform makes another network: give epochs");
  if (!training) return result;
  result.surgery = std::move(result.graph);
  result.graph = DLIS_TRY(trained(*training, pool, settings, options.report));
  return result;
}

}  // namespace

extern constinit const Technique winograd_prune_row{
    .name = "winograd_prune",
    .summary =
        "3x3 convolutions move into the Winograd domain, where their smallest weights become "
        "zero",
    .parameters = kParameters,
    .apply = apply,
    .strengths = kStrengths,
};

}  // namespace dlis
