// Boards with speeds, plans in simulated time, and published times that come out of a simulation.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "dlis/explore/board_speeds.h"
#include "dlis/explore/load.h"
#include "dlis/explore/published.h"
#include "dlis/explore/simulate_plan.h"

namespace dlis {
namespace {

using testing::HasSubstr;

const std::filesystem::path kBoards = DLIS_SOURCE_DIR "/boards";

TEST(Board, EverySpeedsFileIsWhole) {
  int boards = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kBoards)) {
    if (!std::filesystem::exists(entry.path() / "speeds.json")) continue;
    const auto board = read_board(entry.path());
    ASSERT_TRUE(board) << board.error().message();
    EXPECT_EQ(board->kinds.size(), board->topology.kinds.size());
    for (std::size_t i = 1; i < board->kinds.size(); ++i)
      EXPECT_LE(board->kinds[i].gflops, board->kinds[i - 1].gflops);
    ++boards;
  }
  EXPECT_GE(boards, 1);
}

TEST(Board, CoresAreTakenFastestFirst) {
  const auto board = read_board(kBoards / "odroid-xu4");
  ASSERT_TRUE(board);
  const SimulatedCores six = cores_of(*board, 6);
  ASSERT_EQ(six.speeds.size(), 6u);
  EXPECT_EQ(six.speeds[3], 1e9 * board->kinds[0].gflops);
  EXPECT_EQ(six.speeds[4], 1e9 * board->kinds[1].gflops);
  EXPECT_EQ(cores_of(*board, 100).speeds.size(), 8u);
}

class BoardFolder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("dlis_board_" + std::to_string(std::random_device{}()));
    std::filesystem::create_directories(folder_ / "proc");
    std::filesystem::copy(kBoards / "odroid-xu4/proc/cpuinfo", folder_ / "proc");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const char* name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  std::filesystem::path folder_;
};

TEST_F(BoardFolder, SpeedsWithoutASourceAreRefused) {
  const std::string kinds =
      R"({"kind": "cortex-a15", "gflops": 16, "source": "s"}, {"kind": "cortex-a7", "gflops": 2)";
  const std::string memory = R"("memory": {"gbytes_per_s": 9, "source": "s"}})";
  const auto error_of = [&](const std::string& text) {
    write("speeds.json", text);
    const auto board = read_board(folder_);
    return board ? "accepted" : board.error().message();
  };
  EXPECT_THAT(read_board(folder_).error().message(), HasSubstr("not recorded"));
  EXPECT_EQ(error_of(R"({"kinds": [)" + kinds + R"(, "source": "s"}], )" + memory), "accepted");
  EXPECT_THAT(error_of(R"({"kinds": [)" + kinds + R"(}], )" + memory), HasSubstr("cortex-a7"));
  EXPECT_THAT(error_of(R"({"kinds": [)" + kinds + R"(, "source": "s"}], "memory": 9})"),
              HasSubstr("memory rate"));
  for (const char* bad : {"", "[]", "{", R"({"kinds": 3})", R"({"kinds": [3, null]})", "null"})
    EXPECT_NE(error_of(bad), "accepted") << bad;
}

TEST_F(BoardFolder, PublishedTimesThatAreNoneAreRefused) {
  for (const char* bad :
       {"", "[]", "{}", R"({"source": "s", "schedule": "static", "networks": 3})",
        R"({"source": "s", "schedule": "static", "networks": [3]})",
        R"({"source": "s", "schedule": "static", "networks": [{"model": "m", "times": [3]}]})",
        R"({"source": "s", "schedule": "static",
            "networks": [{"model": "m", "times": [{"threads": 0, "seconds": 1}]}]})"}) {
    write("published.json", bad);
    EXPECT_FALSE(read_published(folder_)) << bad;
  }
  const auto board = read_topology(kBoards / "odroid-xu4");
  Published published{"s", "dynamic", "", {{"resnet20", 1, 2.0, true, 0}}, {}, 0};
  EXPECT_THAT(reproduce(published, *board).error().message(), HasSubstr("two threads"));
  published.times.push_back({"resnet20", 2, 1.0, true, 0});
  EXPECT_THAT(reproduce(published, *board).error().message(), HasSubstr("both kinds"));
  published.schedule = "dinamic";
  EXPECT_FALSE(reproduce(published, *board));
  published = {"s", "dynamic", "", {{"no_such_model", 1, 2.0, true, 0}}, {}, 0};
  EXPECT_FALSE(reproduce(published, *board));
}

// Fitted on five of the eight times; the other three come out of the simulation.
TEST(PublishedTimes, AreReproducedOnTheOdroid) {
  const auto board = read_topology(kBoards / "odroid-xu4");
  auto published = read_published(kBoards / "odroid-xu4");
  ASSERT_TRUE(published) << published.error().message();
  ASSERT_TRUE(reproduce(*published, *board));
  int predicted = 0;
  for (const PublishedTime& time : published->times) {
    SCOPED_TRACE(time.model + " on " + std::to_string(time.threads));
    EXPECT_NEAR(time.error(), 0, time.fitted ? 0.02 : 0.15);
    predicted += !time.fitted;
  }
  EXPECT_EQ(published->times.size(), 8u);
  EXPECT_EQ(predicted, 3);
  for (const PublishedFit& fit : published->fits) {
    EXPECT_GT(fit.ns_per_mac, 0);
    EXPECT_GE(fit.serial_s, 0);
  }
  EXPECT_GT(published->other_kind, 0.05);
  EXPECT_LT(published->other_kind, 1);
}

// Nothing but the file's figures decides: twice the seconds are predicted from twice the seconds.
TEST(PublishedTimes, FollowTheFigures) {
  const auto board = read_topology(kBoards / "odroid-xu4");
  auto once = *read_published(kBoards / "odroid-xu4");
  auto twice = once;
  for (PublishedTime& time : twice.times) time.seconds *= time.fitted ? 2 : 17;
  ASSERT_TRUE(reproduce(once, *board));
  ASSERT_TRUE(reproduce(twice, *board));
  for (std::size_t i = 0; i < once.times.size(); ++i)
    EXPECT_NEAR(twice.times[i].simulated_s, 2 * once.times[i].simulated_s,
                1e-6 * once.times[i].simulated_s);
}

TEST(SimulatedPlan, IsBoundedByItsArithmeticAndGainsFromCores) {
  const auto board = read_board(kBoards / "odroid-xu4");
  PlanOptions options;
  options.tune = Tune::off;
  options.threads = 8;
  options.compute = "indirect_gemm";
  const auto plan = make_plan(*load_model("resnet20"), options);
  ASSERT_TRUE(plan);
  double operations = 0, bytes = 0;
  for (const Step& step : (*plan)->steps)
    for (const SimulatedPhase& phase : phases_of(step)) {
      for (double work : phase.work) operations += work;
      bytes += phase.tile_bytes * double(phase.work.size());
    }
  EXPECT_NEAR(operations, 2 * 40.8e6, 1e6);
  const SimulatedCores all = cores_of(*board, 8);
  const auto ms = [&](const ScheduleSpec& spec, int workers) {
    return simulate_plan(**plan, all, spec, workers).ms;
  };
  double speed = 0;
  for (double each : all.speeds) speed += each;
  const ScheduleSpec weighted{parse_schedule("weighted")->row, 1, all.speeds};
  const double one = ms(*parse_schedule("static"), 1), four = ms(*parse_schedule("static"), 4);
  EXPECT_GE(one, 1e3 * operations / all.speeds[0] * 0.999999);
  EXPECT_LT(four, one);
  EXPECT_LT(ms(weighted, 8), ms(*parse_schedule("static"), 8));
  for (const Schedule* row : schedules())
    EXPECT_GE(ms({row}, 8), 1e3 * std::max(operations / speed, bytes / all.bytes_per_s) * 0.999999);
  const SimulatedPlan own = simulate_plan(**plan, all);
  EXPECT_EQ(own.steps_ms.size(), (*plan)->steps.size());
  EXPECT_DOUBLE_EQ(own.ms, ms(*parse_schedule("static"), 8));
}

}  // namespace
}  // namespace dlis
