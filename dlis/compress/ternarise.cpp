// The row `ternarise`: weights become +p, 0 or -n, two scales for each output channel (Zhu et al.,
// "Trained Ternary Quantization", ICLR 2017; one shot: format/ternary2.h).
//
// A weight is 0 where it lies within `threshold` times the layer's largest magnitude. In one shot p
// and n are the mean magnitudes of the weights that they stand for; with epochs they are trained,
// and so are the weights behind. The first and the last layer and depthwise convolutions, which
// hold few weights and on which MobileNet collapsed in the source work, stay as they are.
#include <fmt/format.h>

#include "dlis/base/text.h"
#include "dlis/compress/statistics.h"
#include "dlis/compress/training.h"
#include "dlis/format/ternary2.h"

namespace dlis {

extern const Technique ternarise_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"threshold", "of the layer's largest magnitude, below which a weight is 0", "0.05"},
    DLIS_STATISTICS_PARAMETER,
    DLIS_TRAINING_PARAMETERS,
};

// All but the first, the last and depthwise ones.
std::vector<ValueId> inner_weights(const Graph& graph) {
  std::vector<Weight> weights = weights_of(graph);
  if (!weights.empty()) weights.pop_back();
  std::vector<ValueId> inner;
  for (const Weight& weight : weights)
    if (!weight.first && !weight.depthwise) inner.push_back(weight.value);
  return inner;
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions& options) {
  const std::string text = parameter_of(ternarise_row, choice, "threshold");
  const double threshold = DLIS_TRY(parse_real(text, "threshold"));
  if (!(threshold >= 0 && threshold < 1)) return fail("must be 0 to less than 1", "threshold");
  const std::vector<ValueId> inner = inner_weights(graph);
  if (inner.empty()) return refusal("the network has no layers between its first and its last");
  Compressed result{graph, {}, {}};
  for (const ValueId id : inner)
    result.graph.value(id).constant = ternarised(graph.value(id).constant, threshold);
  std::optional<Training> training =
      DLIS_TRY(start_training(ternarise_row, choice, graph, options));
  if (!training) return result;
  result.surgery = std::move(result.graph);
  DLIS_TRY(training->set_ternary(inner, threshold));
  DLIS_TRY(training->resume());
  DLIS_TRY(training->finish(options.report));
  result.graph = training->graph();
  return result;
}

}  // namespace

extern constinit const Technique ternarise_row{
    .name = "ternarise",
    .summary = "weights become one of three values, with two scales for each output channel",
    .parameters = kParameters,
    .apply = apply,
};

}  // namespace dlis
