// ResNet-18: basic blocks, 2-2-2-2.
#include "dlis/model/zoo/resnet.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis::zoo {
namespace {

ValueId basic_block(Network& net, const std::string& name, ValueId x, std::int64_t width,
                    std::int64_t stride) {
  ValueId y = net.conv_norm_relu(name + ".1", x, {.channels = width, .stride = stride});
  y = net.conv_norm(name + ".2", y, {.channels = width}, kResidualGain);
  ValueId shortcut = x;
  if (stride != 1 || net.channels(x) != width)
    shortcut =
        net.conv_norm(name + ".shortcut", x, {.channels = width, .kernel = 1, .stride = stride});
  return net.relu(name + ".relu", net.add(name + ".add", y, shortcut));
}

Result<Graph> build(int size, std::uint64_t seed) {
  return build_resnet("resnet18", size, seed, basic_block, {2, 2, 2, 2});
}

}  // namespace

extern constinit const ModelRow resnet18_row{.name = "resnet18",
                                             .summary = "residual network of 18 layers",
                                             .cifar = true,
                                             .imagenet = true,
                                             .build = build};

}  // namespace dlis::zoo
