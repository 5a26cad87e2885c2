// Quantises one layer at a time and compares the outputs.
#include "dlis/compress/sensitivity.h"

#include <algorithm>

#include "dlis/compress/quantise.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

std::ptrdiff_t class_of(std::span<const float> logits) {
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

}  // namespace

Result<std::vector<Tensor>> outputs_of(const Graph& graph, const CompressOptions& options) {
  std::vector<Tensor> outputs;
  const ValueId wanted[] = {graph.outputs[0]};
  DLIS_TRY(observe_images(graph, wanted, options,
                          [&](std::span<const Tensor> values) { outputs.push_back(values[0]); }));
  return outputs;
}

LayerSensitivity difference(const std::vector<Tensor>& plain, const std::vector<Tensor>& rounded) {
  double error = 0, all = 0, same = 0, images = 0;
  for (std::size_t b = 0; b < plain.size(); ++b) {
    const auto x = plain[b].as<float>(), y = rounded[b].as<float>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      error += double(x[i] - y[i]) * double(x[i] - y[i]);
      all += double(x[i]) * double(x[i]);
    }
    const auto count = std::size_t(plain[b].shape()[0]), classes = x.size() / count;
    for (std::size_t i = 0; i < count; ++i)
      same +=
          class_of(x.subspan(i * classes, classes)) == class_of(y.subspan(i * classes, classes));
    images += double(count);
  }
  return {"", all > 0 ? error / all : 0, images > 0 ? 100 * same / images : 100};
}

Result<std::vector<LayerSensitivity>> quantisation_sensitivity(const Graph& graph,
                                                               const Choice& choice,
                                                               const CompressOptions& options) {
  Int8Settings settings = DLIS_TRY(int8_settings(choice, options));
  const Graph ready = DLIS_TRY(ready_for_bytes(graph));
  const Dataset images = sample_of(*options.images, settings.images);
  CompressOptions some = options;
  some.images = &images;
  const ByteParts all = byte_parts(ready, [](const Node&) { return true; });
  const Ranges ranges = DLIS_TRY(calibrate(ready, all, settings.calibration, some));
  const std::vector<Tensor> plain = DLIS_TRY(outputs_of(ready, some));
  std::vector<LayerSensitivity> found;
  for (std::size_t i = 0; i < ready.nodes.size(); ++i) {
    if (!all.layers[i]) continue;
    const Node& layer = ready.nodes[i];
    const ByteParts alone =
        byte_parts(ready, [&](const Node& node) { return node.outputs[0] == layer.outputs[0]; });
    const Graph rounded = with_bytes(ready, alone, ranges);
    found.push_back(difference(plain, DLIS_TRY(outputs_of(rounded, some))));
    found.back().layer = layer_name(ready, layer);
  }
  std::ranges::stable_sort(found, std::ranges::greater{}, &LayerSensitivity::error);
  return found;
}

}  // namespace dlis
