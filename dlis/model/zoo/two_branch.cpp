// Two sensors, a branch of 1-D convolutions each, joined by layers that both share: the
// modality-specific architecture of Radu et al. 2018, "Multimodal Deep Learning for Activity and
// Context Recognition" (IMWUT 1, 4). Windows of 2.56 s at 50 Hz: accelerometer in g, gyroscope in
// rad/s, three axes each, as `dlis data make sensors` writes them.
#include "dlis/model/zoo/network.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis::zoo {
namespace {

constexpr std::int64_t kAxes = 3, kSteps = 128, kActivities = 6;

ValueId branch(Network& net, const std::string& sensor) {
  ValueId x = net.add_input(sensor, {1, kAxes, kSteps});
  x = net.conv_norm_relu(sensor + ".0", x,
                         {.channels = 24, .kernel = 7, .stride = 2, .after = After::linear});
  x = net.conv_norm_relu(sensor + ".1", x, {.channels = 32, .kernel = 5, .stride = 2});
  return net.conv_norm_relu(sensor + ".2", x, {.channels = 48});
}

Result<Graph> build(int, std::uint64_t seed) {
  Network net("two_branch", seed);
  const ValueId accelerometer = branch(net, "accelerometer");
  const ValueId gyroscope = branch(net, "gyroscope");
  ValueId x = net.concat("joined", {accelerometer, gyroscope});
  x = net.conv_norm_relu("shared", x, {.channels = 64, .stride = 2});
  return net.finish(net.dense("fc", net.average("pool", x), kActivities, true));
}

}  // namespace

extern constinit const ModelRow two_branch_row{
    .name = "two_branch",
    .summary = "1-D convolutions on an accelerometer and a gyroscope, joined",
    .cifar = false,
    .imagenet = false,
    .build = build,
    .of_data = "sensors"};

}  // namespace dlis::zoo
