// The row `ternarise`: weights become +p, 0 or -n, two scales for each output channel (Zhu et al.,
// "Trained Ternary Quantization", ICLR 2017; Li and Liu, "Ternary Weight Networks", 2016, for one
// shot).
//
// A weight is 0 where it lies within `threshold` times the layer's largest magnitude. In one shot p
// and n are the mean magnitudes of the weights that they stand for; with epochs they are trained,
// and so are the weights behind. The first and the last layer and depthwise convolutions, which
// hold few weights and on which MobileNet collapsed in the source work, stay as they are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/text.h"
#include "dlis/compress/training.h"

namespace dlis {

extern const Technique ternarise_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"threshold", "of the layer's largest magnitude, below which a weight is 0", "0.05"},
    DLIS_TRAINING_PARAMETERS,
};

// One output channel: the smallest error for these signs has the mean magnitudes as scales.
void ternarise_channel(std::span<float> weights, float edge) {
  double sum[2] = {}, count[2] = {};
  for (const float w : weights)
    if (std::abs(w) > edge) sum[w < 0] += std::abs(w), ++count[w < 0];
  const float p = count[0] > 0 ? float(sum[0] / count[0]) : 0;
  const float n = count[1] > 0 ? float(sum[1] / count[1]) : 0;
  for (float& w : weights) w = w > edge ? p : w < -edge ? -n : 0;
}

// Channels are axis 0, as filters of Conv and Gemm with transB have them.
Tensor ternarised(const Tensor& tensor, double threshold) {
  Tensor result = tensor.converted(DType::f32);
  const std::span<float> all = result.edit<float>();
  float most = 0;
  for (const float w : all) most = std::max(most, std::abs(w));
  const std::size_t channels = std::size_t(result.shape()[0]);
  const std::size_t each = channels ? all.size() / channels : 0;
  for (std::size_t c = 0; c < channels; ++c)
    ternarise_channel(all.subspan(c * each, each), float(threshold * double(most)));
  return result;
}

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
  DLIS_TRY(training->advance(training->steps(), options.report));
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
