// Layers of which the processor computes some rows and a device the others, at once.
#include "dlis/runtime/split.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>

#include "dlis/hardware/device.h"
#include "dlis/runtime/test_device.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// Split after split, a halo, a residual that is overwritten, a stride, and operators between them.
Graph residual_graph() {
  GraphBuilder b;
  const ValueId x = b.input({2, 8, 13, 9});
  const ValueId a = b.node("Relu", {b.conv(x, 8, 16, 3)});
  const ValueId c = b.conv(a, 16, 16, 3);
  const ValueId sum = b.node("Relu", {b.node("Add", {b.conv(c, 16, 16, 3), a})});
  const ValueId erf = b.node("Erf", {sum});
  return b.finish({b.conv(erf, 16, 8, 3, 2), b.node("GlobalAveragePool", {sum})});
}

class SplitLayers : public WithDevice {};

PlanOptions together() {
  PlanOptions options;
  options.tune = Tune::off;
  options.device = "cpu+opencl:0";
  options.threads = 2;
  return options;
}

// `place(i)`: how many of layer i's rows the device computes.
Choices placed(const Graph& graph, const std::function<std::int64_t(const Step&)>& place) {
  PlanOptions options = together();
  options.compute = "indirect_gemm";  // not Winograd, which rounds more
  const auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << plan.error().message();
  Choices choices = choices_of(**plan);
  for (const Step& step : (*plan)->steps) {
    if (!step.conv_row) continue;
    const std::int64_t rows = place(step);
    if (rows == step.conv.p()) choices[step.name].row = "opencl_direct";
    if (rows > 0 && can_cut(step.conv, step.conv.p() - rows))
      choices[step.name].split = "dense/opencl_direct:rows=" + std::to_string(rows);
  }
  return choices;
}

TEST_P(SplitLayers, GiveWhatTheNodesGiveAlone) {
  const Graph graph = residual_graph();
  const auto inputs = random_inputs(graph);
  const auto want = run_node_by_node(graph, inputs);
  for (std::int64_t rows : {1, 4, 7, 12}) {
    SCOPED_TRACE(rows);
    PlanOptions options = together();
    options.choices =
        placed(graph, [&](const Step& step) { return std::min(rows, step.conv.p() - 1); });
    const auto plan = make_plan(graph, options);
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_EQ(choices_of(**plan), options.choices);
    EXPECT_THAT(explain(**plan), HasSubstr("rows on cpu, " + std::to_string(rows) +
                                           " as dense | opencl_direct on opencl"));
    auto session = Session::open(*plan);
    ASSERT_TRUE(session) << session.error().message();
    for (int run = 0; run < 2; ++run) {
      const auto got = session->run(inputs);
      ASSERT_TRUE(got) << got.error().message();
      for (std::size_t i = 0; i < want.size(); ++i) expect_near((*got)[i], want[i], 1e-5);
    }
    device_faults().enqueue = 1;
    const auto failed = session->run(inputs);
    device_faults().enqueue = -1;
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().message(), HasSubstr("out of resources"));
    expect_near((*session->run(inputs))[0], want[0], 1e-5);
  }
}

TEST_P(SplitLayers, AnyMixtureOfPlacesAgrees) {
  const Graph graph = residual_graph();
  const auto inputs = random_inputs(graph);
  const auto want = run_node_by_node(graph, inputs);
  EXPECT_TRUE(rc::check([&] {
    PlanOptions options = together();
    options.choices = placed(graph, [](const Step& step) {
      return std::int64_t(*rc::gen::inRange(0, int(step.conv.p()) + 1));
    });
    const auto plan = make_plan(graph, options);
    if (!plan) RC_FAIL(plan.error().message());
    auto session = Session::open(*plan);
    if (!session) RC_FAIL(session.error().message());
    const auto got = session->run(inputs);
    if (!got) RC_FAIL(got.error().message());
    for (std::size_t i = 0; i < want.size(); ++i) expect_near((*got)[i], want[i], 1e-5);
    RC_ASSERT(!testing::Test::HasFailure());
  }));
}

TEST_P(SplitLayers, AreObservedWhole) {
  const Graph graph = residual_graph();
  const auto inputs = random_inputs(graph);
  std::map<std::string, Tensor> want;
  for (std::int64_t rows : {0, 5}) {
    PlanOptions options = together();
    options.choices = placed(graph, [&](const Step&) { return rows; });
    auto session = Session::open(*make_plan(graph, options));
    ASSERT_TRUE(session);
    ASSERT_TRUE(session->observe(inputs, [&](const Value& value, const Tensor& tensor) {
      const auto [known, is_new] = want.emplace(value.name, tensor);
      if (!is_new) expect_near(tensor, known->second, 1e-5);
    }));
  }
}

TEST_P(SplitLayers, SharesAreMeasuredKeptAndTakenAgain) {
  const Graph graph = residual_graph();
  PlanOptions options = together();
  options.tune = Tune::quick;
  options.cache = testing::TempDir() + "split_choices.tsv";
  const auto inputs = random_inputs(graph);
  const auto want = run_node_by_node(graph, inputs);
  for (Tune tune : {Tune::quick, Tune::full}) {
    options.tune = tune;
    const auto plan = make_plan(graph, options);
    ASSERT_TRUE(plan) << plan.error().message();
    for (const Step& step : (*plan)->steps)
      EXPECT_EQ(step.conv_row != nullptr, step.split.row || !step.split.why_whole.empty());
    for (const char* alone : {"on cpu: ", "on opencl: "})
      EXPECT_THAT(explain(**plan), AnyOf(HasSubstr(alone), HasSubstr("on cpu+opencl: ")));
    EXPECT_EQ((*plan)->options.device, "cpu+opencl");
    for (const RivalPlan& rival : (*plan)->rivals) {
      EXPECT_TRUE(rival.measured || rival.uses != RivalPlan::Uses::device) << rival.name;
      EXPECT_GT(rival.ratio, 0) << rival.name;
    }
    auto session = Session::open(*plan);
    ASSERT_TRUE(session) << session.error().message();
    expect_near((*session->run(inputs))[0], want[0], 1e-3);  // perhaps by Winograd
  }
  options.tune = Tune::off;
  const std::string file = testing::TempDir() + "split_plan.json";
  Choices choices = placed(graph, [](const Step&) { return std::int64_t(3); });
  ASSERT_TRUE(save_choices(choices, file));
  EXPECT_EQ(*load_choices(file), choices);
  options.choices = choices;
  options.device = "cpu";
  EXPECT_THAT(make_plan(graph, options).error().message(), HasSubstr("opencl"));
  options.device = "opencl+cpu";
  options.tune = Tune::full;
  EXPECT_EQ(choices_of(**make_plan(graph, options)), choices);
  options.tune = Tune::off;
  choices.begin()->second.split = "dense/opencl_direct:rows=400";
  options.choices = choices;
  EXPECT_THAT(make_plan(graph, options).error().message(), HasSubstr("cannot be cut"));
  for (const char* text :
       {"dense", "dense/opencl_direct", "dense/nothing:rows=2", "nothing/opencl_direct:rows=2",
        "dense/indirect_gemm:rows=2", "dense/opencl_direct:rows=x"}) {
    choices.begin()->second.split = text;
    options.choices = choices;
    EXPECT_FALSE(make_plan(graph, options)) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Memory, SplitLayers, testing::Bool(), [](const auto& each) {
  return std::string(each.param ? "apart" : "shared");
});

TEST(SplitRows, TheBestShareIsFoundFromAnywhere) {
  EXPECT_TRUE(rc::check([] {
    const std::int64_t total = *rc::gen::inRange(1, 120), first = *rc::gen::inRange(-5, 130);
    const double host = *rc::gen::inRange(1, 100), device = *rc::gen::inRange(1, 100);
    int asked = 0;
    const auto time = [&](std::int64_t rows) {
      RC_ASSERT(rows >= 1 && rows < total);
      ++asked;
      return std::max(host * double(total - rows), device * double(rows));
    };
    const std::int64_t rows = best_rows(total, first, time);
    if (total < 2) {
      RC_ASSERT(rows == 0);
      return;
    }
    double least = std::numeric_limits<double>::infinity();
    for (std::int64_t each = 1; each < total; ++each) least = std::min(least, time(each));
    RC_ASSERT(time(rows) == least);
  }));
  EXPECT_EQ(best_rows(9, 4, [](std::int64_t) { return std::numeric_limits<double>::infinity(); }),
            0);
}

}  // namespace
}  // namespace dlis
