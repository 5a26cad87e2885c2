// The frames that residual networks share.
#include "dlis/model/zoo/resnet.h"

#include <fmt/format.h>

namespace dlis {
namespace {

// Two 3x3 convolutions; where the shape changes the shortcut drops pixels and pads channels.
ValueId cifar_block(Network& net, const std::string& name, ValueId x, std::int64_t width,
                    std::int64_t stride) {
  ValueId y = net.conv_norm_relu(name + ".1", x, {.channels = width, .stride = stride});
  y = net.conv_norm(name + ".2", y, {.channels = width}, kResidualGain);
  const ValueId shortcut = stride == 1 ? x : net.subsample(name + ".shortcut", x, width);
  return net.relu(name + ".relu", net.add(name + ".add", y, shortcut));
}

}  // namespace

Result<Graph> build_resnet(const std::string& name, int size, std::uint64_t seed, Block block,
                           const std::array<int, 4>& blocks) {
  const bool cifar = size == 32;
  Network net(name, size, seed);
  ConvSpec stem{.channels = 64, .kernel = 7, .stride = 2, .after = After::linear};
  if (cifar) stem.kernel = 3, stem.stride = 1;
  ValueId x = net.conv_norm_relu("stem", net.input(), stem);
  if (!cifar) x = net.max_pool("stem.pool", x, 3, 2, 1);
  for (int stage = 0; stage < 4; ++stage) {
    for (int i = 0; i < blocks[std::size_t(stage)]; ++i) {
      const int stride = stage > 0 && i == 0 ? 2 : 1;
      x = block(net, fmt::format("layer{}.{}", stage + 1, i), x, 64 << stage, stride);
    }
  }
  return net.finish(net.dense("fc", net.average("pool", x), cifar ? 10 : 1000, true));
}

Result<Graph> build_cifar_resnet(const std::string& name, std::uint64_t seed, int blocks) {
  Network net(name, 32, seed);
  ValueId x = net.conv_norm_relu("stem", net.input(), {.channels = 16, .after = After::linear});
  for (int stage = 0; stage < 3; ++stage) {
    for (int i = 0; i < blocks; ++i) {
      const int stride = stage > 0 && i == 0 ? 2 : 1;
      x = cifar_block(net, fmt::format("layer{}.{}", stage + 1, i), x, 16 << stage, stride);
    }
  }
  return net.finish(net.dense("linear", net.average("pool", x), 10, true));
}

}  // namespace dlis
