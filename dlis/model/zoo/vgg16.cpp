// VGG-16 (Simonyan and Zisserman 2015, "Very Deep Convolutional Networks", configuration D). The
// CIFAR-10 form has BatchNorm and dense layers 512-512-10, the ImageNet form biases and 4096-4096.
#include <fmt/format.h>

#include "dlis/model/zoo/network.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis::zoo {
namespace {

constexpr int kPool = 0;
constexpr int kLayers[] = {64,    64,  kPool, 128, 128,   kPool, 256, 256, 256,
                           kPool, 512, 512,   512, kPool, 512,   512, 512, kPool};

ValueId features(Network& net, bool with_norm) {
  ValueId x = net.input();
  int index = 0;
  for (const int channels : kLayers) {
    const std::string name = fmt::format("features.{}", index++);
    // The image is no ReLU's output.
    const After after = index == 1 ? After::linear : After::relu;
    if (channels == kPool) {
      x = net.max_pool(name, x, 2, 2, 0);
    } else if (with_norm) {
      x = net.conv_norm_relu(name, x, {.channels = channels, .after = after});
    } else {
      x = net.conv(name + ".conv", x, {.channels = channels, .after = after, .bias = true});
      x = net.relu(name + ".relu", x);
    }
  }
  return net.flatten("flatten", x);
}

Result<Graph> build(int size, std::uint64_t seed) {
  const bool cifar = size == 32;
  Network net("vgg16", size, seed);
  ValueId x = features(net, cifar);
  if (cifar) {
    x = net.relu("relu1", net.norm("norm1", net.dense("fc1", x, 512, false, After::relu)));
    return net.finish(net.dense("fc2", x, 10, true));
  }
  x = net.relu("relu1", net.dense("fc1", x, 4096, true, After::relu));
  x = net.relu("relu2", net.dense("fc2", x, 4096, true, After::relu));
  return net.finish(net.dense("fc3", x, 1000, true));
}

}  // namespace

extern constinit const ModelRow vgg16_row{
    .name = "vgg16",
    .summary = "13 convolutions 3x3 and dense layers, no shortcuts",
    .cifar = true,
    .imagenet = true,
    .build = build};

}  // namespace dlis::zoo
