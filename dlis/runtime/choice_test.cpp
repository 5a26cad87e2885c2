// How rows are chosen: levels of tuning, what is measured twice, memory budgets, the frontier.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <set>

#include "dlis/compute/parallel/slow_cores.h"
#include "dlis/runtime/plan.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

using testing::HasSubstr;

class Choice : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("dlis_choice_" + std::to_string(std::random_device{}()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  PlanOptions options(Tune tune) const {
    PlanOptions options;
    options.tune = tune;
    options.cache = folder_ / "choices.tsv";
    return options;
  }
  std::set<std::string> cached() const {  // the keys; none stands twice
    std::ifstream in(folder_ / "choices.tsv");
    std::set<std::string> keys;
    for (std::string line; std::getline(in, line);)
      EXPECT_TRUE(keys.insert(line.substr(0, line.rfind('\t'))).second) << line;
    return keys;
  }

  std::filesystem::path folder_;
};

// Zeros all but every n-th weight.
Graph thinned(Graph graph, int n) {
  for (Value& value : graph.values) {
    if (!value.constant.has_value() || value.constant.shape().rank() != 4) continue;
    Tensor weights = value.constant;
    Rng rng(7);  // no pattern, which blocks could profit from
    for (float& weight : weights.edit<float>())
      if (rng.below(std::uint64_t(n))) weight = 0;
    value.constant = weights;
  }
  return graph;
}

// Equal layers, with filters of 5x5 so that the rows for special filters keep out.
Graph chain(int n = 1, int layers = 3) {
  GraphBuilder b;
  ValueId x = b.input({1, 64, 12, 12});
  for (int i = 0; i < layers; ++i) x = b.conv(x, 64, 64, 5);
  return thinned(b.finish({x}), n);
}

std::shared_ptr<const Plan> plan_of(const Graph& graph, const PlanOptions& options) {
  auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message());
  return plan ? *plan : nullptr;
}

void expect_right(const std::shared_ptr<const Plan>& plan, const Graph& graph) {
  const auto inputs = random_inputs(graph);
  auto session = Session::open(plan);
  ASSERT_TRUE(session);
  const auto got = session->run(inputs);
  ASSERT_TRUE(got);
  expect_near((*got)[0], run_node_by_node(graph, inputs)[0], 1e-5);
}

TEST_F(Choice, OffMeasuresNothingAndRanksByCost) {
  const auto dense = plan_of(chain(1), options(Tune::off));
  EXPECT_STREQ(dense->steps[0].conv.format->name, "dense");
  const auto half = plan_of(chain(2), options(Tune::off));
  EXPECT_STREQ(half->steps[0].conv.format->name, "dense");
  EXPECT_GT(half->steps[0].candidates.size(), dense->steps[0].candidates.size());
  const auto sparse = plan_of(chain(20), options(Tune::off));
  EXPECT_STREQ(sparse->steps[0].conv.format->name, "csr");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "choices.tsv"));
  EXPECT_THAT(explain(*sparse), HasSubstr("about "));
}

TEST(Explain, SparseLayersHaveADensityAndTwoSpeeds) {
  Plan plan;
  Step& step = plan.steps.emplace_back();
  step.conv = *parse_conv_problem("n1h10w10c10 k10r1s1 csr");  // 10,000 multiply-adds
  step.conv_row = find_conv_row("sparse_direct");
  step.schedule = *parse_schedule("static");
  step.candidates.push_back({.row = step.conv_row,
                             .format = step.conv.format,
                             .milliseconds = 0.001,
                             .offered = true,
                             .density = 0.125});
  EXPECT_THAT(explain(plan), HasSubstr("density 12.5 %, 20.0 GFLOP/s effective, 2.5 real\n"));
  step.conv.winograd = 2;  // 25 tiles of 4x4 in place of 100 pixels of 1 tap
  EXPECT_THAT(explain(plan), HasSubstr("20.0 GFLOP/s effective, 10.0 real\n"));
  step.conv.format = step.candidates[0].format = find_format("bf16");
  EXPECT_THAT(explain(plan), testing::Not(HasSubstr("density 12")));
}

TEST_F(Choice, EqualLayersAreTimedOnce) {
  const auto plan = plan_of(chain(2, 4), options(Tune::quick));
  std::set<std::string> rows;
  for (const Step& step : plan->steps)
    for (const Candidate& c : step.candidates)
      if (c.offered) {
        EXPECT_GT(c.milliseconds, 0);
        EXPECT_GT(c.packed_bytes, 0u);
        rows.insert(c.format->name + std::string(c.row->name));
      }
  // The first layer reads the input, the others read each other: the strides are the same.
  EXPECT_EQ(cached().size(), rows.size());
  plan_of(chain(2, 5), options(Tune::quick));
  EXPECT_EQ(cached().size(), rows.size());
}

TEST_F(Choice, StridesAreAnotherProblem) {
  const auto concat = [](bool part) {
    GraphBuilder b;
    const ValueId x = b.conv(b.input({1, 8, 9, 9}), 8, 8, 3);
    if (!part) return thinned(b.finish({x}), 2);
    const ValueId both = b.node("Concat", {x, b.conv(x, 8, 24, 1)}, axis_attribute(1));
    return thinned(b.finish({b.conv(both, 32, 8, 1)}), 2);
  };
  plan_of(concat(false), options(Tune::quick));
  const std::size_t before = cached().size();
  const auto plan = plan_of(concat(true), options(Tune::quick));
  std::size_t offered = 0;
  for (const Step& step : plan->steps)
    for (const Candidate& c : step.candidates) offered += c.offered;
  EXPECT_EQ(cached().size(), before + offered);  // the first layer writes into a part now
}

TEST_F(Choice, WhatFullMeasuredServesQuick) {
  const Graph graph = chain(2, 1);
  plan_of(graph, options(Tune::full));
  const std::size_t before = cached().size();
  plan_of(graph, options(Tune::quick));
  EXPECT_EQ(cached().size(), before);
}

TEST_F(Choice, StopsBetweenMeasurementsWhereItIsAsked) {
  const Graph graph = chain(2, 2);
  PlanOptions full = options(Tune::full);
  full.schedule = "auto";
  full.threads = 2;
  int asked = 0, last = std::numeric_limits<int>::max();
  full.go_on = [&] { return asked++ < last; };
  EXPECT_FALSE(plan_of(graph, full)->options.go_on);  // whom it asks may be gone
  const int all = asked;
  EXPECT_GT(all, 20);
  for (const int moment : {0, 1, 5, all / 2}) {
    asked = 0, last = moment;
    const auto plan = make_plan(graph, full);
    ASSERT_FALSE(plan) << moment;
    EXPECT_EQ(plan.error().message(), "stopped");
    EXPECT_EQ(asked, moment + 1);
  }
}

TEST_F(Choice, FullSettlesInsideThePlanAndComparesWithSingleRows) {
  const Graph graph = chain(3, 4);
  PlanOptions full = options(Tune::full);
  full.threads = 2;
  const auto plan = plan_of(graph, full);
  expect_right(plan, graph);
  ASSERT_FALSE(plan->rivals.empty());
  for (const RivalPlan& rival : plan->rivals) {
    EXPECT_GT(rival.ratio, 0) << rival.name;
    EXPECT_THAT(explain(*plan), HasSubstr(rival.name + " wherever it accepts"));
  }
  std::size_t weights = 0, scratch = 0;
  for (const Step& step : plan->steps) {
    EXPECT_EQ(step.packed.size(), step.weights_bytes);
    EXPECT_EQ(step.scratch_bytes, step.conv_row->scratch_bytes(step.conv));
    weights += step.weights_bytes;
    scratch = std::max(scratch, step.scratch_bytes);
  }
  EXPECT_EQ(plan->weights_bytes, weights);
  EXPECT_EQ(plan->scratch_bytes, scratch);
}

// Half of the weights are zeros: csr is smaller, dense is faster, so a budget between makes some
// layers give way. The cost model decides, so that the test is the same everywhere.
TEST_F(Choice, ABudgetDemotesLayersAndExplains) {
  const Graph graph = chain(2);
  PlanOptions within = options(Tune::off);
  const auto free = plan_of(graph, within);
  within.compute = "sparse_direct";
  const auto smallest = plan_of(graph, within);
  ASSERT_LT(smallest->weights_bytes, free->weights_bytes);
  within.compute = "auto";
  for (double share : {0.1, 0.5, 0.9}) {
    const auto least = double(smallest->peak_bytes());
    within.memory_bytes = std::size_t(least + share * (double(free->peak_bytes()) - least));
    const auto plan = plan_of(graph, within);
    EXPECT_LE(plan->peak_bytes(), within.memory_bytes) << share;
    const auto demoted =
        std::ranges::count_if(plan->steps, [](const Step& s) { return s.demoted_from >= 0; });
    EXPECT_GT(demoted, 0) << share;
    EXPECT_THAT(explain(*plan), HasSubstr("demoted for memory: dense | "));
    if (share < 0.5) {  // less scratch of another dense row is not enough
      EXPECT_THAT(explain(*plan), HasSubstr(" -> csr | sparse_direct: "));
    }
    expect_right(plan, graph);
  }
  within.memory_bytes = free->peak_bytes();
  EXPECT_EQ(choices_of(*plan_of(graph, within)), choices_of(*free));
}

TEST_F(Choice, ABudgetIsKeptWhateverIsMeasured) {
  const Graph graph = chain(2);
  PlanOptions within = options(Tune::off);
  within.compute = "sparse_direct";
  const std::size_t smallest = plan_of(graph, within)->peak_bytes();
  for (Tune tune : {Tune::quick, Tune::full}) {
    within = options(tune);
    const std::size_t free = plan_of(graph, within)->peak_bytes();
    within.memory_bytes = (smallest + std::max(free, smallest)) / 2;
    EXPECT_LE(plan_of(graph, within)->peak_bytes(), within.memory_bytes);
  }
}

TEST_F(Choice, AnImpossibleBudgetNamesTheLayer) {
  GraphBuilder b;
  const ValueId x = b.conv(b.conv(b.input({1, 4, 6, 6}), 4, 64, 3), 64, 64, 3);
  const Graph graph = b.finish({b.conv(x, 64, 4, 1)});
  PlanOptions within = options(Tune::off);
  within.memory_bytes = 4096;
  const auto plan = make_plan(graph, within);
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().refused);  // an exploration goes on
  EXPECT_THAT(plan.error().message(), HasSubstr("'Conv1_0'"));
  EXPECT_THAT(plan.error().message(), HasSubstr("4.00 KiB"));
  // The number that it asks for is enough, and one byte less is not.
  const std::string message = plan.error().message();
  const auto needed = std::stoull(message.substr(message.rfind("allow ") + 6));
  within.memory_bytes = needed;
  ASSERT_TRUE(make_plan(graph, within)) << make_plan(graph, within).error().message();
  within.memory_bytes = needed - 1;
  EXPECT_FALSE(make_plan(graph, within));
}

TEST_F(Choice, TheFrontierFallsFromTheSmallestToTheFastest) {
  const Graph graph = chain(2);
  const auto points = memory_frontier(graph, options(Tune::quick), 6, 0.01);
  ASSERT_TRUE(points) << points.error().message();
  ASSERT_FALSE(points->empty());
  for (std::size_t i = 0; i < points->size(); ++i) {
    EXPECT_GT((*points)[i].median_ms, 0);
    EXPECT_EQ((*points)[i].choices.size(), 3u);
    if (i == 0) continue;
    EXPECT_GT((*points)[i].peak_bytes, (*points)[i - 1].peak_bytes);
    EXPECT_LT((*points)[i].layers_ms, (*points)[i - 1].layers_ms);
  }
  PlanOptions free = options(Tune::quick);
  EXPECT_EQ(points->back().choices, choices_of(*plan_of(graph, free)));
}

// Times in the cache decide, so that the test is the same on a busy machine.
TEST_F(Choice, EachLayerGetsTheWorkersAndTheScheduleThatAreFastest) {
  PlanOptions two = options(Tune::quick);
  two.threads = 2;
  two.schedule = "auto";
  two.compute = "indirect_gemm";  // schedules are timed on the chosen row only
  const Graph graph = chain(1, 2);
  plan_of(graph, two);
  const auto keys = cached();
  const auto plan_where_fast = [&](const std::string& part) {
    std::ofstream out(folder_ / "choices.tsv");
    int fast = 0;
    for (const std::string& key : keys) {
      const bool is_fast = key.find(part) != std::string::npos;
      out << key << (is_fast ? "\t0.000001\n" : "\t1000\n");
      fast += is_fast;
    }
    out.close();
    EXPECT_GT(fast, 0) << part;
    return plan_of(graph, two);
  };
  const auto alone = plan_where_fast(" static x1 ");
  for (const Step& step : alone->steps) {
    EXPECT_EQ(workers_of(step, two), 1) << step.name;
    EXPECT_EQ(step.conv.workers, 1);
  }
  EXPECT_THAT(explain(*alone), HasSubstr(" on 1 of 2 workers"));
  for (const char* schedule : {"dynamic:chunk=1", "guided:chunk=1", "stealing:chunk=1"}) {
    const auto plan = plan_where_fast(std::string(schedule) + " x2 ");
    for (const Step& step : plan->steps) {
      EXPECT_EQ(text_of(step.schedule), schedule) << step.name;
      EXPECT_EQ(workers_of(step, two), 2);
    }
    expect_right(plan, graph);
    two.choices = choices_of(*plan);
    EXPECT_EQ(choices_of(*plan_of(graph, two)), two.choices);
    two.choices.clear();
  }
}

TEST_F(Choice, OperatorsWithoutWeightsKeepTheirWorkers) {
  PlanOptions two = options(Tune::off);
  two.threads = 2;
  GraphBuilder b;
  const ValueId x = b.conv(b.input({1, 8, 12, 12}), 8, 8, 3);
  const Graph graph = b.finish({b.node("Softmax", {x}, axis_attribute(1))});
  two.choices = choices_of(*plan_of(graph, two));
  ASSERT_EQ(two.choices.size(), 1u);  // the other layer runs on all
  two.choices["Softmax1_0"] = {"Softmax", "", "static", "", 1};
  const auto plan = plan_of(graph, two);
  EXPECT_EQ(workers_of(plan->steps[1], two), 1);
  EXPECT_EQ(choices_of(*plan), two.choices);
  ASSERT_TRUE(save_choices(two.choices, folder_ / "plan.json"));
  EXPECT_EQ(*load_choices(folder_ / "plan.json"), two.choices);
  expect_right(plan, graph);
}

TEST_F(Choice, WeightedSharesFollowMeasuredSpeeds) {
  const SlowCores slow({1, 6});
  PlanOptions two = options(Tune::quick);
  two.threads = 2;
  two.schedule = "weighted";
  GraphBuilder b;  // long enough for a busy machine to begin both shares
  const Graph graph = b.finish({b.conv(b.input({1, 64, 28, 28}), 64, 64, 5)});
  const auto measured = [](const Plan& plan) {
    const auto& speeds = plan.steps[0].schedule.speeds;
    return speeds.size() == 2 && speeds[0] == 1 && speeds[1] < 0.5;  // a sixth on a quiet machine
  };
  auto plan = plan_of(graph, two);
  for (int i = 0; i < 20 && !measured(*plan); ++i) plan = plan_of(graph, two);
  const Step& step = plan->steps[0];
  EXPECT_TRUE(measured(*plan)) << text_of(step.schedule);
  EXPECT_THAT(explain(*plan), HasSubstr(text_of(step.schedule)));
  expect_right(plan, graph);
  two.choices = choices_of(*plan);
  EXPECT_EQ(choices_of(*plan_of(graph, two)), two.choices);
}

TEST(Tune, NamesRoundTrip) {
  for (Tune tune : {Tune::off, Tune::quick, Tune::full})
    EXPECT_EQ(*parse_tune(name_of(tune)), tune);
  EXPECT_THAT(parse_tune("quik").error().message(), HasSubstr("quick"));
}

}  // namespace
}  // namespace dlis
