// MobileNetV2 (Sandler et al. 2018, table 2): expand, depthwise 3x3, project without activation.
#include <fmt/format.h>

#include "dlis/model/zoo/network.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis::zoo {
namespace {

constexpr double kResidualGain = 0.3;  // of gamma in branches that are added

struct Stage {
  int expansion, channels, blocks, stride;
};
constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

ValueId conv_norm_relu6(Network& net, const std::string& name, ValueId x, const ConvSpec& spec) {
  return net.relu6(name + ".relu", net.conv_norm(name, x, spec));
}

ValueId inverted_residual(Network& net, const std::string& name, ValueId x, const Stage& stage,
                          int stride) {
  const std::int64_t in = net.channels(x), wide = in * stage.expansion;
  const bool adds = stride == 1 && in == stage.channels;
  ValueId y = x;
  if (stage.expansion != 1)
    y = conv_norm_relu6(net, name + ".expand", y,
                        {.channels = wide, .kernel = 1, .after = After::linear});
  y = conv_norm_relu6(net, name + ".depthwise", y,
                      {.channels = wide, .stride = stride, .groups = wide});
  y = net.conv_norm(name + ".project", y, {.channels = stage.channels, .kernel = 1},
                    adds ? kResidualGain : 1);
  return adds ? net.add(name + ".add", y, x) : y;
}

// On 32 pixels the stem and the second stage keep the size.
Result<Graph> build(int size, std::uint64_t seed) {
  const bool cifar = size == 32;
  Network net("mobilenet_v2", size, seed);
  ValueId x = conv_norm_relu6(net, "stem", net.input(),
                              {.channels = 32, .stride = cifar ? 1 : 2, .after = After::linear});
  int index = 0;
  for (const Stage& stage : kStages) {
    const int first = cifar && stage.channels == 24 ? 1 : stage.stride;
    for (int i = 0; i < stage.blocks; ++i)
      x = inverted_residual(net, fmt::format("body.{}", index++), x, stage, i == 0 ? first : 1);
  }
  x = conv_norm_relu6(net, "head", x, {.channels = 1280, .kernel = 1, .after = After::linear});
  return net.finish(net.dense("fc", net.average("pool", x), cifar ? 10 : 1000, true));
}

}  // namespace

extern constinit const ModelRow mobilenet_v2_row{.name = "mobilenet_v2",
                                                 .summary = "inverted residuals, ReLU6",
                                                 .cifar = true,
                                                 .imagenet = true,
                                                 .build = build};

}  // namespace dlis::zoo
