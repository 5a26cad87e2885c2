// MobileNetV1 (Howard et al. 2017, "MobileNets", table 1): depthwise 3x3, then pointwise.
#include <fmt/format.h>

#include "dlis/model/zoo/network.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis::zoo {
namespace {

struct Layer {
  int channels, stride;
};
constexpr Layer kLayers[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                             {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};

Result<Graph> build(int size, std::uint64_t seed) {
  const bool cifar = size == 32;
  Network net("mobilenet_v1", size, seed);
  ValueId x = net.conv_norm_relu("stem", net.input(),
                                 {.channels = 32, .stride = cifar ? 1 : 2, .after = After::linear});
  int index = 0;
  for (const Layer& layer : kLayers) {
    const std::string name = fmt::format("body.{}", index++);
    const std::int64_t c = net.channels(x);
    x = net.conv_norm_relu(name + ".depthwise", x,
                           {.channels = c, .stride = layer.stride, .groups = c});
    x = net.conv_norm_relu(name + ".pointwise", x, {.channels = layer.channels, .kernel = 1});
  }
  return net.finish(net.dense("fc", net.average("pool", x), cifar ? 10 : 1000, true));
}

}  // namespace

extern constinit const ModelRow mobilenet_v1_row{.name = "mobilenet_v1",
                                                 .summary = "depthwise and pointwise convolutions",
                                                 .cifar = true,
                                                 .imagenet = true,
                                                 .build = build};

}  // namespace dlis::zoo
