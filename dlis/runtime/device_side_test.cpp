// Plans of which some steps run on a device: what is copied, who sees what, and what happens where
// the device fails.
#include "dlis/runtime/device_side.h"

#include <gmock/gmock.h>

#include <thread>

#include "dlis/runtime/test_device.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

using testing::HasSubstr;

class DeviceSession : public WithDevice {};

// Layers of the device, one that only the host has (Erf), a residual, a Concat, and an output from
// either side.
Graph both_sides() {
  GraphBuilder b;
  const ValueId x = b.input({2, 8, 9, 9});
  const ValueId first = b.conv(x, 8, 16, 3);
  const ValueId host = b.node("Erf", {first});
  const ValueId sum = b.node("Add", {b.conv(host, 16, 16, 1), first});
  const ValueId cat = b.node("Concat", {sum, host}, axis_attribute(1));
  return b.finish({b.conv(cat, 32, 5, 3, 2), host});
}

PlanOptions on_device() {
  PlanOptions options;
  options.tune = Tune::off;
  options.device = "opencl";
  return options;
}

TEST_P(DeviceSession, StepsOfBothSidesAgreeWithTheNodes) {
  const Graph graph = both_sides();
  const auto inputs = random_inputs(graph);
  const auto want = run_node_by_node(graph, inputs);
  const auto plan = make_plan(graph, on_device());
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_THAT(explain(**plan), HasSubstr("Erf1_0 on cpu: opencl has no row for Erf"));
  EXPECT_THAT(explain(**plan), HasSubstr("/static on opencl"));
  auto session = Session::open(*plan);
  ASSERT_TRUE(session) << session.error().message();
  for (int run = 0; run < 2; ++run) {
    const auto got = session->run(inputs);
    ASSERT_TRUE(got) << got.error().message();
    for (std::size_t i = 0; i < want.size(); ++i) expect_near((*got)[i], want[i], 1e-5);
  }
}

TEST_P(DeviceSession, ObservesWhatTheProcessorWouldShow) {
  const Graph graph = both_sides();
  const auto inputs = random_inputs(graph);
  std::map<std::string, Tensor> want;
  PlanOptions options = on_device();
  for (const char* device : {"cpu", "opencl"}) {
    options.device = device;
    auto session = Session::open(*make_plan(graph, options));
    ASSERT_TRUE(session);
    int seen = 0;
    ASSERT_TRUE(session->observe(inputs, [&](const Value& value, const Tensor& tensor) {
      ++seen;
      const auto [known, is_new] = want.emplace(value.name, tensor);
      if (!is_new) expect_near(tensor, known->second, 1e-5);
    }));
    EXPECT_EQ(seen, int(want.size()));
  }
  const auto times = Session::open(*make_plan(graph, options))->profile(inputs);
  ASSERT_TRUE(times);
  EXPECT_THAT(*times, testing::Each(testing::Gt(0)));
}

TEST_P(DeviceSession, SessionsShareTheWeightsAndRunBesideEachOther) {
  const Graph graph = both_sides();
  const auto inputs = random_inputs(graph);
  const auto plan = make_plan(graph, on_device());
  ASSERT_TRUE(plan);
  const auto want = *Session::open(*plan)->run(inputs);
  std::vector<std::thread> threads;
  std::vector<Tensor> got(3);
  for (Tensor& each : got)
    threads.emplace_back([&] {
      auto session = Session::open(*plan);
      for (int run = 0; run < 20 && session; ++run)
        if (const auto outputs = session->run(inputs)) each = (*outputs)[0];
    });
  for (std::thread& thread : threads) thread.join();
  for (const Tensor& each : got) {
    ASSERT_TRUE(each.has_value());
    expect_near(each, want[0], 0);
  }
}

// One sentence, no wrong result, and the session goes on once the device does.
TEST_P(DeviceSession, AFailingDeviceIsOneSentence) {
  const Graph graph = both_sides();
  const auto inputs = random_inputs(graph);
  const auto plan = make_plan(graph, on_device());
  ASSERT_TRUE(plan);
  device_faults().allocate = 1;
  const auto unopened = Session::open(*plan);
  device_faults().allocate = -1;
  ASSERT_FALSE(unopened);
  EXPECT_THAT(unopened.error().message(), HasSubstr("memory is full"));
  auto session = Session::open(*plan);
  ASSERT_TRUE(session);
  const auto want = *session->run(inputs);
  for (auto* fault : {&device_faults().enqueue, &device_faults().transfer})
    for (int succeed : {0, 1, 2}) {
      *fault = succeed;
      const auto failed = session->run(inputs);
      *fault = -1;
      if (!failed) {
        EXPECT_THAT(failed.error().message(), HasSubstr("out of resources"));
      }
      EXPECT_FALSE(failed && fault == &device_faults().enqueue);
      const auto again = session->run(inputs);
      ASSERT_TRUE(again) << again.error().message();
      expect_near((*again)[0], want[0], 0);
    }
}

TEST_P(DeviceSession, WhatTheDeviceCannotTakeFallsBackOrIsRefused) {
  device_faults().allocate = 0;
  const auto plan = make_plan(both_sides(), on_device());
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message(), HasSubstr("memory is full"));
  device_faults().allocate = -1;
  device_faults().build = 1;  // the later layers' kernels no longer build
  const auto mixed = make_plan(both_sides(), on_device());
  ASSERT_TRUE(mixed) << mixed.error().message();
  EXPECT_THAT(explain(**mixed), HasSubstr("does not build"));
}

// f16 weights on a device that misreads them are f32 there: the same outputs, a sentence, more
// bytes.
TEST_P(DeviceSession, ALieAboutF16IsSaidAndChangesNothingElse) {
  const Graph graph = both_sides();
  const auto inputs = random_inputs(graph);
  PlanOptions options = on_device();
  options.format = "f16";
  const auto plan = make_plan(graph, options);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ((*plan)->fallback_macs, 0);
  EXPECT_THAT(explain(**plan), testing::Not(HasSubstr("weights are f32")));
  const auto want = *Session::open(*plan)->run(inputs);
  const auto exact = run_node_by_node(graph, inputs);
  device_faults().f16 = F16Fault::reads;
  const auto distrusted = make_plan(graph, options);
  ASSERT_TRUE(distrusted) << distrusted.error().message();
  EXPECT_THAT(
      explain(**distrusted),
      HasSubstr("the device reads the f16 0x0001 as 0 in place of 5.9604645e-08, so weights "
                "are f32 there"));
  EXPECT_GT((*distrusted)->weights_bytes, (*plan)->weights_bytes);
  const auto got = *Session::open(*distrusted)->run(inputs);
  for (std::size_t i = 0; i < want.size(); ++i) {
    expect_near(got[i], want[i], 1e-5);
    expect_near(want[i], exact[i], 2e-3);
  }
}

INSTANTIATE_TEST_SUITE_P(Memory, DeviceSession, testing::Bool(), [](const auto& each) {
  return std::string(each.param ? "apart" : "shared");
});

}  // namespace
}  // namespace dlis
