// ResNet-20 for CIFAR-10: 3 blocks a stage, shortcuts without weights.
#include "dlis/model/zoo/resnet.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis::zoo {
namespace {

Result<Graph> build(int, std::uint64_t seed) { return build_cifar_resnet("resnet20", seed, 3); }

}  // namespace

extern constinit const ModelRow resnet20_row{
    .name = "resnet20",
    .summary = "thin residual network of 20 layers for CIFAR-10",
    .cifar = true,
    .imagenet = false,
    .build = build};

}  // namespace dlis::zoo
