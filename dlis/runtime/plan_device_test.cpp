// Plans for other devices than the processor: the same outputs, defined fallbacks, clear refusals.
#include <gmock/gmock.h>

#include "dlis/hardware/device.h"
#include "dlis/runtime/plan.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

using testing::HasSubstr;

Graph small_graph() {
  GraphBuilder b;
  return b.finish({b.conv(b.conv(b.input({1, 8, 9, 9}), 8, 16, 3), 16, 24, 1)});
}

PlanOptions options_on(const std::string& device) {
  PlanOptions options;
  options.tune = Tune::off;
  options.device = device;
  return options;
}

std::string refusal_of(const PlanOptions& options) {
  const auto plan = make_plan(small_graph(), options);
  EXPECT_FALSE(plan);
  if (plan) return {};
  EXPECT_TRUE(plan.error().refused) << plan.error().message();
  return plan.error().message();
}

TEST(PlanDevice, RefusesDevicesNamedTwiceAndLaterOnes) {
  EXPECT_THAT(refusal_of(options_on("cpu+cpu")), HasSubstr("each device once"));
  EXPECT_THAT(refusal_of(options_on("cpu:1")), HasSubstr("first device"));
  EXPECT_THAT(make_plan(small_graph(), options_on("cpux")).error().message(), HasSubstr("cpu"));
}

// On every device that is here: in the convolutions' own row, or in the processor's as a fallback.
TEST(PlanDevice, EveryDeviceGivesTheSameOutputs) {
  const Graph graph = small_graph();
  const auto inputs = random_inputs(graph);
  const Tensor want = run_node_by_node(graph, inputs)[0];
  for (const Device* device : devices()) {
    SCOPED_TRACE(device->name);
    if (const Verdict verdict = device->available(); !verdict) {
      EXPECT_EQ(refusal_of(options_on(device->name)), verdict.reason);
      continue;
    }
    const auto plan = make_plan(graph, options_on(device->name + std::string(":0")));
    ASSERT_TRUE(plan) << plan.error().message();
    for (const Step& step : (*plan)->steps) {
      EXPECT_STREQ(step.conv_row->device, device->name);
      EXPECT_FALSE(step.fallback);
    }
    expect_near((*Session::open(*plan)->run(inputs))[0], want, 1e-5);
  }
}

TEST(PlanDevice, ARowOfAnotherDeviceIsRefusedByName) {
  for (const Device* device : devices()) {
    if (!device->available()) continue;
    for (const ConvRow* row : conv_rows()) {
      if (row->device == std::string_view(device->name)) continue;
      PlanOptions options = options_on(device->name);
      options.compute = row->name;
      EXPECT_THAT(refusal_of(options), HasSubstr("not on " + options.device));
    }
  }
}

}  // namespace
}  // namespace dlis
