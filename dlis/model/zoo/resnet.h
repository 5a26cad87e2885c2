// Residual networks (He et al. 2016, "Deep Residual Learning for Image Recognition").
#pragma once
#include <array>
#include <string>

#include "dlis/model/zoo/network.h"

namespace dlis {

// Gamma's mean in the last norm of a block: with b blocks the sum's variance grows by 1.09^b only.
inline constexpr double kResidualGain = 0.3;

// One block from x to `width` channels (bottleneck: 4 `width`); its shortcut is a 1x1 projection
// where the shape changes.
using Block = ValueId (*)(Network& net, const std::string& name, ValueId x, std::int64_t width,
                          std::int64_t stride);

// The four-stage network of the ImageNet experiments, in torchvision's form: a 7x7 stem with
// pooling for 224 pixels, a 3x3 stem for 32.
Result<Graph> build_resnet(const std::string& name, int size, std::uint64_t seed, Block block,
                           const std::array<int, 4>& blocks);

// The three-stage network of section 4.2 with option A shortcuts; depth is 6 `blocks` + 2.
Result<Graph> build_cifar_resnet(const std::string& name, std::uint64_t seed, int blocks);

}  // namespace dlis
