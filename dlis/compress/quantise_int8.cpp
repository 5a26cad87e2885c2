// type=int8: ranges are seen on images and the network is rounded; with epochs it is trained as it
// is rounded.
#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/compress/layer_names.h"
#include "dlis/compress/quantise.h"
#include "dlis/compress/training.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

Result<bool> parse_flag(const std::string& text, const char* name) {
  if (text != "0" && text != "1") return fail(fmt::format("'{}' is neither 0 nor 1", text), name);
  return text == "1";
}

bool is_quantised(const Graph& graph) {
  return std::ranges::any_of(graph.values,
                             [](const Value& value) { return value.quant.has_value(); });
}

// What rounds while training: values by their ranges, weights by what each channel has.
std::map<ValueId, Quant> roundings(const Graph& graph, const ByteParts& parts,
                                   const Ranges& ranges) {
  std::map<ValueId, Quant> quants;
  for (const ValueId id : parts.values) quants[id] = bytes_for(ranges.at(id));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (parts.layers[i])
      quants[graph.nodes[i].inputs[1]] = {DType::i8, {1}, {0}, channel_axis(graph.nodes[i])};
  return quants;
}

// Quantisation-aware training (Jacob et al., "Quantization and Training of Neural Networks for
// Efficient Integer-Arithmetic-Only Inference", CVPR 2018): the ranges stay those of calibration.
Status train_rounded(Compressed& made, Training& training, const ByteParts& parts,
                     const Ranges& ranges, const OnReport& report) {
  DLIS_TRY(training.set_quants(roundings(training.graph(), parts, ranges)));
  DLIS_TRY(training.resume());
  DLIS_TRY(training.finish(report));
  made.surgery = std::move(made.graph);
  made.graph = with_bytes(training.graph(), parts, ranges);
  return infer_shapes(made.graph);
}

}  // namespace

Result<Int8Settings> int8_settings(const Choice& choice, const CompressOptions& options) {
  const Technique& row = *find_technique("quantise");
  const auto given = [&](const char* name) { return parameter_of(row, choice, name); };
  Int8Settings settings;
  settings.calibration = DLIS_TRY(parse_calibration(given("calibrate")));
  settings.images = DLIS_TRY(parse_integer(given("images"), "images"));
  if (settings.images < 1) return fail("must be at least 1", "images");
  settings.equalise = DLIS_TRY(parse_flag(given("equalise"), "equalise"));
  settings.correct = DLIS_TRY(parse_flag(given("correct"), "correct"));
  if (const std::string keep = given("keep"); keep != "none")
    settings.keep = DLIS_TRY(parse_expression(keep, "keep"));
  if (!options.images || !options.observe || options.images->size() == 0)
    return refusal("calibration needs images: give --data");
  return settings;
}

Result<Compressed> to_int8(const Graph& graph, const Choice& choice,
                           const CompressOptions& options) {
  const Int8Settings settings = DLIS_TRY(int8_settings(choice, options));
  if (is_quantised(graph)) return refusal("the network is quantised already");
  Graph ready = DLIS_TRY(ready_for_bytes(graph));
  const ByteParts parts = byte_parts(ready, [&](const Node& node) {
    return !settings.keep || !is_found(*settings.keep, {layer_name(ready, node)});
  });
  const auto layers = std::ranges::count(parts.layers, true);
  if (layers == 0) return refusal("no convolution or dense layer of it can compute on bytes");
  const Dataset images = sample_of(*options.images, settings.images);
  CompressOptions some = options;
  some.images = &images;
  Compressed made;
  if (settings.equalise)
    made.notes.push_back(
        fmt::format("{} pairs of layers were equalised", DLIS_TRY(equalise(ready, parts, some))));
  const Ranges ranges = DLIS_TRY(calibrate(ready, parts, settings.calibration, some));
  if (settings.correct) DLIS_TRY(correct_biases(ready, parts, ranges, some));
  made.graph = with_bytes(ready, parts, ranges);
  DLIS_TRY(infer_shapes(made.graph));
  std::optional<Training> training =
      DLIS_TRY(start_training(*find_technique("quantise"), choice, ready, options));
  if (training) DLIS_TRY(train_rounded(made, *training, parts, ranges, options.report));
  made.notes.push_back(
      fmt::format("{} layers compute on bytes, calibrated on {} images", layers, images.size()));
  return made;
}

}  // namespace dlis
