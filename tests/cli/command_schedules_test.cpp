// Schedules as the command shows them: the timeline of a run, simulated boards, workers of a plan.
#include <nlohmann/json.hpp>

#include "command.h"
#include "dlis/dlis.h"

namespace dlis::test {
namespace {

using testing::HasSubstr;

class Schedules : public CommandTest {};

TEST_F(Schedules, ATimelineIsWritten) {
  const Outcome outcome =
      run({"bench", kNetwork.string(), "--seconds", "0.02", "--tune", "off", "--threads", "2",
           "--schedule", "stealing", "--timeline", "trace.json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto events = nlohmann::json::parse(contents(folder_ / "trace.json"));
  ASSERT_TRUE(events.is_array());
  const auto count = [&](const char* category) {
    return std::ranges::count_if(
        events, [&](const auto& event) { return event.value("cat", "") == category; });
  };
  const auto layers = objects({"plan", kNetwork.string(), "--tune", "off", "--json"}).size();
  EXPECT_EQ(std::size_t(count("layer")), layers);
  EXPECT_GT(count("tiles"), count("layer"));
  EXPECT_EQ(run({"bench", "n1h8w8c16 k16r3s3 p1", "--timeline", "t.json"}).status, 1);
}

TEST_F(Schedules, WorkersArePartOfAPlan) {
  const std::string network = kNetwork.string();
  const auto layers =
      objects({"plan", network, "--threads", "2", "--schedule", "auto", "--json", "-o", "p.json"});
  for (const auto& layer : layers) {
    const int workers = layer.at("workers");
    EXPECT_GE(workers, 1);
    EXPECT_LE(workers, 2);
  }
  const auto again = objects({"plan", network, "--threads", "2", "--plan", "p.json", "--json"});
  for (std::size_t i = 0; i < layers.size(); ++i) {
    EXPECT_EQ(again[i].at("workers"), layers[i].at("workers"));
    EXPECT_EQ(again[i].at("schedule"), layers[i].at("schedule"));
  }
}

TEST_F(Schedules, SimulatedTimesAreLabelled) {
  const std::string board = DLIS_SOURCE_DIR "/boards/odroid-xu4";
  const auto times = objects({"simulate", "resnet20", "--board", board, "--json"});
  EXPECT_EQ(times.size(), schedules().size() * 4);  // on 1, 2, 4 and 8 workers
  for (const auto& time : times) {
    EXPECT_EQ(time.at("simulated"), true);
    EXPECT_GT(time.at("simulated_ms").get<double>(), 0);
  }
  EXPECT_THAT(run({"simulate", "resnet20", "--board", board}).out,
              testing::AllOf(HasSubstr("simulated"), HasSubstr("weighted"), HasSubstr("GB/s")));
  EXPECT_THAT(run({"simulate", "resnet20", "--board", board, "--layers"}).out,
              HasSubstr("simulated ms"));
  const auto published = objects({"simulate", "--board", board, "--published", "--json"});
  EXPECT_EQ(published.size(), 8u);
  for (const auto& time : published) EXPECT_EQ(time.at("simulated"), true);
}

TEST_F(Schedules, WhatCannotBeSimulatedIsSaid) {
  const std::string boards = DLIS_SOURCE_DIR "/boards/";
  EXPECT_EQ(run({"simulate", "--board", boards + "odroid-xu4"}).status, 2);
  EXPECT_EQ(run({"simulate", "resnet20"}).status, 2);
  const Outcome none = run({"simulate", "resnet20", "--board", boards + "container-1.5-cpus"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("speeds.json"));
  EXPECT_EQ(run({"simulate", "resnet20", "--board", "nowhere"}).status, 1);
}

}  // namespace
}  // namespace dlis::test
