// The row `quantise`: convolutions and dense layers compute in fewer bits.
//
// type=bf16, type=f16: what they read is rounded to it, and so are their weights at plan time; sums
// stay f32. f16 keeps 11 significant bits where bf16 keeps 8, but ends at 65504: larger values
// become infinite. type=int8: what they read and make, and their weights, are bytes; sums are exact
// in i32. A layer whose device has no row for it, or (bf16, f16) a faster one in f32, stays f32,
// and so do layers in the Winograd domain. The network's inputs and outputs stay f32.
#include "dlis/compress/quantise.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "dlis/base/text.h"
#include "dlis/compress/training.h"
#include "dlis/model/op.h"

namespace dlis {

extern const Technique quantise_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"type", "bf16, f16 or int8", nullptr},
    {"calibrate", "int8: the range of a value, by minmax, percentile, mse or kl", "mse"},
    {"images", "int8: training images that ranges are seen on", "512"},
    {"equalise", "int8: 1: channels between two layers are scaled alike", "1"},
    {"correct", "int8: 1: biases make up for the mean error of rounding", "1"},
    {"keep", "int8: layers whose name this regular expression is found in stay f32", "none"},
    DLIS_TRAINING_PARAMETERS,
};

Result<Compressed> rounded(const Graph& graph, const Choice& choice,
                           const CompressOptions& options) {
  const std::string type = parameter_of(quantise_row, choice, "type");
  if (type == "int8") return to_int8(graph, choice, options);
  DLIS_TRY(refuse_training(quantise_row, choice));
  const auto quants = [](const Graph& g) {
    return std::ranges::count_if(g.values, [](const Value& v) { return v.quant.has_value(); });
  };
  for (const DType half : {DType::bf16, DType::f16}) {
    if (type != name_of(half)) continue;
    Graph made = to_halves(graph, half);
    if (quants(made) == quants(graph)) return refusal("no layer is left that it would round");
    return Compressed{std::move(made), {}, {}};
  }
  return tl::unexpected(unknown_name("type", type, {"bf16", "f16", "int8"}));
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions& options) {
  Compressed made = DLIS_TRY(rounded(graph, choice, options));
  const auto in_domain = std::ranges::count_if(graph.nodes, [](const Node& node) {
    return std::string_view(node.op->name) == "WinogradConv";
  });
  if (in_domain > 0)
    made.notes.push_back(fmt::format("{} layers in the Winograd domain compute in f32", in_domain));
  return made;
}

bool needs_images(const Choice& choice) {
  return parameter_of(quantise_row, choice, "type") == "int8";
}

}  // namespace

extern constinit const Technique quantise_row{
    .name = "quantise",
    .summary = "convolutions and dense layers compute in bf16, f16 or int8",
    .parameters = kParameters,
    .apply = apply,
    .needs_images = needs_images,
};

}  // namespace dlis
