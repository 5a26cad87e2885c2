// The memory a plan states is the memory a process takes.
#include "dlis/base/memory.h"

#include <gtest/gtest.h>

#include <cmath>

#include "dlis/model/zoo/zoo.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

class PlanMemory : public testing::TestWithParam<const char*> {};

TEST_P(PlanMemory, StatedBytesAreNearTheBoundAndTheProcessGrowsByThem) {
  const auto graph = build_model(GetParam());
  ASSERT_TRUE(graph);
  const auto inputs = random_inputs(*graph);
  PlanOptions options;
  options.tune = Tune::off;
  options.compute = "indirect_gemm";  // Winograd's tiles take memory for time, within a budget
  const ResidentGrowth growth;
  auto plan = make_plan(*graph, options);
  ASSERT_TRUE(plan) << plan.error().message();
  auto session = Session::open(*plan);
  ASSERT_TRUE(session);
  ASSERT_TRUE(session->run(inputs));
  const double grown = double(growth.bytes()), stated = double((*plan)->peak_bytes());
  const double live = double((*plan)->live_bytes);
  std::printf(
      "%s: live %.2f MB, arena %.3f, arena + scratch %.3f of it, stated %.2f MB, process %.3f of "
      "it\n",
      GetParam(), live / 1e6, double((*plan)->arena_bytes) / live,
      double((*plan)->arena_bytes + (*plan)->scratch_bytes) / live, stated / 1e6, grown / stated);
  EXPECT_LE(double((*plan)->arena_bytes), 1.05 * live);
  EXPECT_LE(double((*plan)->arena_bytes + (*plan)->scratch_bytes), 1.25 * live);
#ifndef DLIS_ASAN  // its heap keeps what is freed
  EXPECT_NEAR(grown / stated, 1, 0.1);
#endif
}

INSTANTIATE_TEST_SUITE_P(Networks, PlanMemory,
                         testing::Values("resnet18@224", "mobilenet_v2@224", "vgg16"));

}  // namespace
}  // namespace dlis
