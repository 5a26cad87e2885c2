// A trace as a reader of it sees it: every tile of every phase once, on rows that have names.
#include "dlis/runtime/timeline.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "dlis/compute/parallel/test_specs.h"
#include "dlis/hardware/device.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

// A convolution of several phases among others, and an operator without weights.
Graph graph_of_kinds() {
  GraphBuilder b;
  ValueId x = b.conv(b.input({1, 8, 20, 20}), 8, 32, 3);
  x = b.conv(x, 32, 32, 3);
  x = b.node("Softmax", {x}, axis_attribute(1));
  return b.finish({b.conv(x, 32, 16, 1)});
}

std::int64_t tiles_of(const Step& step, int phase) {
  return step.conv_row ? step.conv_row->tiles(step.conv, phase)
                       : step.op_row->tiles(step.other, phase);
}
int phases_of(const Step& step) {
  return step.conv_row ? step.conv_row->phases(step.conv) : step.op_row->phases(step.other);
}

void expect_whole(const Plan& plan, const nlohmann::json& events) {
  std::map<std::pair<int, int>, std::vector<int>> runs;  // by layer and phase, each tile
  std::map<int, std::pair<double, double>> layers;
  std::set<int> named, used;
  ASSERT_TRUE(events.is_array());
  for (const auto& event : events) {
    if (event.at("ph") == "M") named.insert(event.at("tid").get<int>());
    if (event.at("ph") != "X") continue;
    used.insert(event.at("tid").get<int>());
    EXPECT_GE(event.at("dur").get<double>(), 0);
    const auto& args = event.at("args");
    const int layer = args.at("layer");
    EXPECT_EQ(event.at("name"), plan.steps[std::size_t(layer)].name);
    const double begin = event.at("ts"), end = begin + event.at("dur").get<double>();
    if (event.at("cat") == "layer") {
      EXPECT_TRUE(layers.emplace(layer, std::pair(begin, end)).second);
      continue;
    }
    EXPECT_EQ(event.at("cat"), "tiles");
    EXPECT_GE(begin, layers.at(layer).first - 1e-3);
    EXPECT_LE(end, layers.at(layer).second + 1e-3);
    EXPECT_LT(args.at("worker").get<int>(),
              workers_of(plan.steps[std::size_t(layer)], plan.options));
    const int phase = args.at("phase");
    auto& tiles = runs[{layer, phase}];
    tiles.resize(std::size_t(tiles_of(plan.steps[std::size_t(layer)], phase)));
    for (std::int64_t t = args.at("begin"); t < args.at("end").get<std::int64_t>(); ++t)
      ++tiles.at(std::size_t(t));
  }
  EXPECT_TRUE(std::ranges::includes(named, used));
  ASSERT_EQ(layers.size(), plan.steps.size());
  for (std::size_t i = 0; i < plan.steps.size(); ++i)
    for (int phase = 0; phase < phases_of(plan.steps[i]); ++phase)
      EXPECT_THAT(runs[std::pair(int(i), phase)], testing::Each(1)) << i << " phase " << phase;
}

TEST(SessionTimeline, HasEveryTileOfEveryPhaseOnce) {
  const Graph graph = graph_of_kinds();
  const auto inputs = random_inputs(graph);
  std::size_t most_phases = 0;
  for (const char* row : {"auto", "winograd_f4", "indirect_gemm"})
    for (const ScheduleSpec& spec : all_specs()) {
      PlanOptions options;
      options.tune = Tune::off;
      options.threads = 3;
      options.compute = row;
      options.schedule = text_of(spec);
      const auto plan = make_plan(graph, options);
      ASSERT_TRUE(plan) << plan.error().message();
      auto session = Session::open(*plan);
      const auto timeline = record_timeline(*session, inputs);
      ASSERT_TRUE(timeline);
      expect_whole(**plan, nlohmann::json::parse(chrome_trace(**plan, *timeline)));
      for (const Step& step : (*plan)->steps)
        most_phases = std::max(most_phases, std::size_t(phases_of(step)));
    }
  EXPECT_GT(most_phases, 1u);  // else the test says little
}

TEST(SessionTimeline, TracingChangesNoBits) {
  const Graph graph = graph_of_kinds();
  const auto inputs = random_inputs(graph);
  PlanOptions options;
  options.tune = Tune::off;
  options.threads = 2;
  auto session = Session::open(*make_plan(graph, options));
  const Tensor before = (*session->run(inputs))[0];
  ASSERT_TRUE(session->trace(inputs));
  const Tensor after = (*session->run(inputs))[0];
  EXPECT_EQ(std::memcmp(before.data(), after.data(), before.bytes()), 0);
  EXPECT_FALSE(session->trace({}));
}

TEST(SessionTimeline, StepsOfADeviceAreOnItsQueue) {
  if (const Device* device = find_device("opencl"); !device || !device->available())
    GTEST_SKIP() << "there is no OpenCL device";
  PlanOptions options;
  options.tune = Tune::off;
  options.device = "opencl";
  const auto plan = make_plan(graph_of_kinds(), options);
  ASSERT_TRUE(plan) << plan.error().message();
  Session session = std::move(*Session::open(*plan));
  const auto timeline = record_timeline(session, random_inputs((*plan)->graph));
  ASSERT_TRUE(timeline) << timeline.error().message();
  std::vector<int> expected, found;
  for (std::size_t i = 0; i < (*plan)->steps.size(); ++i)
    if ((*plan)->steps[i].is_enqueued()) expected.push_back(int(i));
  double before = timeline->begin_ms;
  for (const TileRun& run : timeline->tiles) {
    if (run.thread != kDeviceThread) continue;
    found.push_back(run.step);
    EXPECT_LE(before, run.end_ms);
    EXPECT_LE(run.begin_ms, run.end_ms);
    before = run.end_ms;
  }
  EXPECT_EQ(found, expected);
  EXPECT_FALSE(expected.empty());
  EXPECT_THAT(chrome_trace(**plan, *timeline), testing::HasSubstr("\"queue\""));
}

}  // namespace
}  // namespace dlis
