// A memory budget on a whole network: kept, and explained.
#include <gmock/gmock.h>

#include "dlis/model/zoo/zoo.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

std::shared_ptr<const Plan> plan_of(const Graph& graph, const std::string& compute,
                                    std::size_t memory_bytes) {
  PlanOptions options;
  options.tune = Tune::off;  // the same candidates' costs on every machine
  options.compute = compute;
  options.memory_bytes = memory_bytes;
  auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message());
  return plan ? *plan : nullptr;
}

class Budget : public testing::TestWithParam<const char*> {};

TEST_P(Budget, HalfwayBetweenTheSmallestAndTheFreePlan) {
  const auto graph = build_model(GetParam());
  ASSERT_TRUE(graph);
  const std::size_t smallest = plan_of(*graph, "indirect_gemm", 0)->peak_bytes();
  const std::size_t free = plan_of(*graph, "auto", 0)->peak_bytes();
  if (free <= smallest) GTEST_SKIP() << "no row trades memory for time here";
  const std::size_t limit = smallest + (free - smallest) / 2;
  const auto plan = plan_of(*graph, "auto", limit);
  ASSERT_TRUE(plan);
  EXPECT_LE(plan->peak_bytes(), limit);
  EXPECT_GT(plan->peak_bytes(), smallest);  // what the budget allows is used
  int demoted = 0;
  const std::string why = explain(*plan);
  for (const Step& step : plan->steps) {
    if (step.demoted_from < 0) continue;
    ++demoted;
    const Candidate& from = step.candidates[std::size_t(step.demoted_from)];
    EXPECT_THAT(why, testing::HasSubstr(step.name + " " + from.format->name + " | " +
                                        from.row->name + " -> "));
  }
  EXPECT_GT(demoted, 0);
  EXPECT_THAT(why, testing::HasSubstr(std::to_string(demoted) + " of the layers gave way"));
  auto session = Session::open(plan);
  ASSERT_TRUE(session);
  EXPECT_TRUE(session->run(random_inputs(*graph)));
}

INSTANTIATE_TEST_SUITE_P(Networks, Budget, testing::Values("vgg16", "resnet18"));
INSTANTIATE_TEST_SUITE_P(SlowNetworks, Budget, testing::Values("vgg16@224"));

}  // namespace
}  // namespace dlis
