// The row `weight_prune`: the smallest weights of the whole network become zero (global magnitude
// pruning; Han et al., "Learning both Weights and Connections for Efficient Neural Networks", 2015,
// with one threshold for all layers), in one shot.
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
    {"all", "1: the first layer and depthwise convolutions as well", "0"},
    DLIS_TRAINING_PARAMETERS,
};

struct Settings {
  double zeros = 0;
  bool all = false;
};

Result<Settings> settings_of(const Choice& choice) {
  DLIS_TRY(refuse_training(weight_prune_row, choice));
  Settings settings;
  settings.zeros = DLIS_TRY(parse_real(parameter_of(weight_prune_row, choice, "zeros"), "zeros"));
  if (settings.zeros < 0 || settings.zeros > 1)
    return fail("must be a share from 0 to 1", "zeros", "0.9 keeps every tenth weight");
  const std::string all = parameter_of(weight_prune_row, choice, "all");
  if (all != "0" && all != "1") return fail("must be 0 or 1", "all");
  settings.all = all == "1";
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
Cut find_cut(const std::vector<Tensor>& weights, std::int64_t count) {
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

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions&) {
  const Settings settings = DLIS_TRY(settings_of(choice));
  std::int64_t all = 0, prunable = 0;
  std::vector<ValueId> ids;
  std::vector<Tensor> tensors;
  for (const Weight& weight : weights_of(graph)) {
    const Tensor& tensor = graph.value(weight.value).constant;
    all += tensor.elements();
    if (!settings.all && (weight.first || weight.depthwise)) continue;
    prunable += tensor.elements();
    ids.push_back(weight.value);
    tensors.push_back(tensor.converted(DType::f32));
  }
  const std::int64_t wanted = std::llround(settings.zeros * double(all));
  if (wanted > prunable)
    return refusal(
        fmt::format("{} of {} weights would have to be zero, but only {} are neither in the "
                    "first layer nor depthwise; ask for less or add all=1",
                    wanted, all, prunable));
  Graph result = graph;
  if (wanted == 0) return Compressed{result, {}, {}};
  Cut cut = find_cut(tensors, wanted);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    apply_cut(tensors[i], cut);
    Tensor& constant = result.value(ids[i]).constant;
    constant = tensors[i].converted(constant.type());
  }
  return Compressed{result, {}, {}};
}

}  // namespace

extern constinit const Technique weight_prune_row{
    .name = "weight_prune",
    .summary = "the smallest weights of the whole network become zero",
    .parameters = kParameters,
    .apply = apply,
};

}  // namespace dlis
