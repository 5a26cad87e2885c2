// Sessions beside each other: weights in memory once, no collapse, nothing done while idle.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "dlis/model/zoo/zoo.h"
#include "dlis/runtime/measure.h"
#include "dlis/runtime/throughput.h"

namespace dlis {
namespace {

std::shared_ptr<const Plan> plan_of(const char* model, int threads) {
  const auto graph = build_model(model);
  EXPECT_TRUE(graph);
  PlanOptions options;
  options.tune = Tune::off;
  options.threads = threads;
  auto plan = make_plan(*graph, options);
  EXPECT_TRUE(plan);
  return plan ? *plan : nullptr;
}

double cpu_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return 1e3 * double(t.tv_sec) + 1e-3 * double(t.tv_usec);
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

TEST(Sessions, ShareTheWeights) {
  const auto plan = plan_of("vgg16", 1);
  const auto four = measure_sessions(plan, 4, 0.1);
  ASSERT_TRUE(four) << four.error().message();
  EXPECT_GT(four->runs_per_second, 0);
#ifndef DLIS_ASAN
  // Beside what four sessions state: stacks and a little of the allocator.
  EXPECT_LT(double(four->process_bytes), 4 * double(four->session_bytes) + 4e6);
  EXPECT_LT(double(four->process_bytes), 0.5 * double(plan->weights_bytes));
#endif
}

TEST(Sessions, SideBySideDoNotCollapse) {
  const auto plan = plan_of("resnet20", 2);
  double best = 0;  // of turns beside each other: other processes take their share
  for (int turn = 0; turn < 5 && best <= 0.4; ++turn) {
    const auto one = measure_sessions(plan, 1, 0.2), two = measure_sessions(plan, 2, 0.2);
    ASSERT_TRUE(one && two);
    best = std::max(best, two->runs_per_second / one->runs_per_second);
  }
  EXPECT_GT(best, 0.4);
}

TEST(Sessions, IdleUsesNoCpu) {
  const auto plan = plan_of("resnet20", 2);
  const auto inputs = random_inputs(plan->graph);
  std::vector<Session> sessions;
  for (int i = 0; i < 4; ++i) {
    sessions.push_back(*Session::open(plan));
    ASSERT_TRUE(sessions.back().run(inputs));
  }
  const double before = cpu_ms();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_LT(cpu_ms() - before, 5);  // 1 % of one core
}

TEST(Sessions, WrongCountsAreRefused) {
  const auto plan = plan_of("resnet20", 1);
  EXPECT_FALSE(measure_sessions(plan, 0));
  EXPECT_FALSE(measure_sessions(plan, 1 << 20));
}

}  // namespace
}  // namespace dlis
