// The row `ternarise`: weights become +p, 0 or -n, two scales for each output channel (Zhu et al.,
// "Trained Ternary Quantization", ICLR 2017; one shot: format/ternary2.h).
//
// A weight is 0 where it lies within `threshold` times the layer's largest magnitude. In one shot p
// and n are the mean magnitudes of the weights that they stand for; with epochs they are trained,
// and so are the weights behind. The first and the last layer and depthwise convolutions, which
// hold few weights and on which MobileNet collapsed in the source work, stay as they are or, as
// `rest` says, are stored in bf16 or int8 and computed in f32. Weights in the Winograd domain stay
// as they are: two scales do not fit all frequencies.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dlis/base/text.h"
#include "dlis/compress/narrow.h"
#include "dlis/compress/statistics.h"
#include "dlis/compress/training.h"
#include "dlis/format/ternary2.h"
#include "dlis/model/op.h"

namespace dlis {

extern const Technique ternarise_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"threshold", "of the layer's largest magnitude, below which a weight is 0", "0.05"},
    {"rest", "what the weights that are not ternary become: f32, bf16, int8, or auto, by images",
     "f32"},
    DLIS_STATISTICS_PARAMETER,
    DLIS_TRAINING_PARAMETERS,
};

struct Parts {
  std::vector<ValueId> inner, rest;   // what becomes ternary; what may become narrow
  std::vector<std::string> winograd;  // layers that stay
};

Parts parts_of(const Graph& graph) {
  const std::vector<Weight> weights = weights_of(graph);
  Parts parts;
  for (const Weight& weight : weights) {
    const bool last = weight.value == weights.back().value;
    if (weight.winograd)
      parts.winograd.insert(parts.winograd.end(), weight.layers.begin(), weight.layers.end());
    else if (!weight.first && !weight.depthwise && !last)
      parts.inner.push_back(weight.value);
    else if (graph.value(weight.value).type == DType::f32)
      parts.rest.push_back(weight.value);
  }
  return parts;
}

std::string rest_of(const Choice& choice) { return parameter_of(ternarise_row, choice, "rest"); }

Status check_rest(const std::string& rest, const CompressOptions& options) {
  if (rest != "f32" && rest != "bf16" && rest != "int8" && rest != "auto")
    return tl::unexpected(unknown_name("rest", rest, {"f32", "bf16", "int8", "auto"}));
  if (rest == "auto" && (!options.images || !options.observe || options.images->size() == 0))
    return refusal("rest=auto judges by what images show: give --data, or write int8 or bf16");
  return {};
}

// The layers that read one of the weights of this type, by name.
std::string names_of_type(const Graph& graph, const std::vector<ValueId>& weights, DType type) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes)
    for (const ValueId id : node.inputs)
      if (std::ranges::find(weights, id) != weights.end() && graph.value(id).type == type)
        names.push_back(layer_name(graph, node));
  return fmt::format("{}", fmt::join(names, ", "));
}

// `like` is the network whose outputs tell what a layer's rounding does.
Status narrow_rest(Compressed& made, const std::vector<ValueId>& rest, const std::string& as,
                   const Graph& like, const CompressOptions& options) {
  if (as == "f32") return {};
  std::vector<DType> types(rest.size(), as == "int8" ? DType::i8 : DType::bf16);
  if (as == "auto") types = DLIS_TRY(narrow_types(like, rest, options));
  for (std::size_t i = 0; i < rest.size(); ++i)
    made.graph = with_narrow(std::move(made.graph), rest[i], types[i]);
  for (const DType type : {DType::i8, DType::bf16})
    if (const std::string names = names_of_type(made.graph, rest, type); !names.empty())
      made.notes.push_back(
          fmt::format("weights in {}: {}", type == DType::i8 ? "int8" : "bf16", names));
  return {};
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions& options) {
  const std::string text = parameter_of(ternarise_row, choice, "threshold");
  const double threshold = DLIS_TRY(parse_real(text, "threshold"));
  if (!(threshold >= 0 && threshold < 1)) return fail("must be 0 to less than 1", "threshold");
  DLIS_TRY(check_rest(rest_of(choice), options));
  const Parts parts = parts_of(graph);
  if (parts.inner.empty())
    return refusal(parts.winograd.empty()
                       ? "the network has no layers between its first and its last"
                       : "all layers between its first and its last are in the Winograd domain");
  Compressed result{graph, {}, {}};
  if (!parts.winograd.empty())
    result.notes.push_back(fmt::format("layers in the Winograd domain stay as they are: {}",
                                       fmt::join(parts.winograd, ", ")));
  for (const ValueId id : parts.inner)
    result.graph.value(id).constant =
        ternarised(graph.value(id).constant, threshold).converted(graph.value(id).type);
  std::optional<Training> training =
      DLIS_TRY(start_training(ternarise_row, choice, graph, options));
  if (training) {
    result.surgery = std::move(result.graph);
    DLIS_TRY(training->set_ternary(parts.inner, threshold));
    DLIS_TRY(training->resume());
    DLIS_TRY(training->finish(options.report));
    result.graph = training->graph();
  }
  const Graph like = training ? result.graph : graph;  // one shot leaves little to judge by
  DLIS_TRY(narrow_rest(result, parts.rest, rest_of(choice), like, options));
  return result;
}

bool judges_by_images(const Choice& choice) { return rest_of(choice) == "auto"; }

}  // namespace

extern constinit const Technique ternarise_row{
    .name = "ternarise",
    .summary = "weights become one of three values, with two scales for each output channel",
    .parameters = kParameters,
    .apply = apply,
    .needs_images = judges_by_images,
};

}  // namespace dlis
