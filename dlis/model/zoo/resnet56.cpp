// ResNet-56 for CIFAR-10: 9 blocks a stage, shortcuts without weights.
#include "dlis/model/zoo/resnet.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis::zoo {
namespace {

Result<Graph> build(int, std::uint64_t seed) { return build_cifar_resnet("resnet56", seed, 9); }

}  // namespace

extern constinit const ModelRow resnet56_row{
    .name = "resnet56",
    .summary = "thin residual network of 56 layers for CIFAR-10",
    .cifar = true,
    .imagenet = false,
    .build = build};

}  // namespace dlis::zoo
