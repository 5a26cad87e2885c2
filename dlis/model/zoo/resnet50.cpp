// ResNet-50: bottleneck blocks, 3-4-6-3, the stride in the 3x3 convolution as torchvision has it.
#include "dlis/model/zoo/resnet.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis::zoo {
namespace {

constexpr std::int64_t kExpansion = 4;

ValueId bottleneck(Network& net, const std::string& name, ValueId x, std::int64_t width,
                   std::int64_t stride) {
  const std::int64_t wide = kExpansion * width;
  ValueId y = net.conv_norm_relu(name + ".1", x, {.channels = width, .kernel = 1});
  y = net.conv_norm_relu(name + ".2", y, {.channels = width, .stride = stride});
  y = net.conv_norm(name + ".3", y, {.channels = wide, .kernel = 1}, kResidualGain);
  ValueId shortcut = x;
  if (stride != 1 || net.channels(x) != wide)
    shortcut =
        net.conv_norm(name + ".shortcut", x, {.channels = wide, .kernel = 1, .stride = stride});
  return net.relu(name + ".relu", net.add(name + ".add", y, shortcut));
}

Result<Graph> build(int size, std::uint64_t seed) {
  return build_resnet("resnet50", size, seed, bottleneck, {3, 4, 6, 3});
}

}  // namespace

extern constinit const ModelRow resnet50_row{
    .name = "resnet50",
    .summary = "residual network of 50 layers, bottlenecks",
    .cifar = true,
    .imagenet = true,
    .build = build};

}  // namespace dlis::zoo
