// What each schedule hands out when workers call in a known order, and its text form.
#include "dlis/compute/parallel/schedule.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "dlis/compute/parallel/test_specs.h"

namespace dlis {
namespace {

// The ranges that workers get who call in the order of `turns`, until nothing is left for any.
std::vector<Range> handed_out(const ScheduleSpec& spec, std::int64_t tiles, int workers,
                              const std::vector<int>& turns) {
  std::vector<ScheduleSlot> slots{std::size_t(workers)};
  ScheduleState state;
  state.slots = slots;
  begin_phase(state, spec, tiles, workers);
  std::vector<Range> out;
  std::vector<int> calls(std::size_t(workers), 0);
  std::vector<bool> done(std::size_t(workers), false);
  for (std::size_t i = 0; std::ranges::count(done, false) > 0; ++i) {
    const int worker = i < turns.size() ? turns[i] : int(i % std::size_t(workers));
    Range range;
    if (done[std::size_t(worker)]) continue;
    if (spec.row->take(state, worker, calls[std::size_t(worker)]++, range))
      out.push_back(range);
    else
      done[std::size_t(worker)] = true;
  }
  return out;
}

// Ranges without gaps and overlaps.
bool cover(std::vector<Range> ranges, std::int64_t tiles) {
  std::ranges::sort(ranges, {}, &Range::begin);
  std::int64_t at = 0;
  for (const Range& range : ranges) {
    if (range.begin != at || range.end <= range.begin) return false;
    at = range.end;
  }
  return at == tiles;
}

RC_GTEST_PROP(Schedule, EachTileOnceInAnyOrderOfCalls, ()) {
  const int workers = *rc::gen::inRange(1, 12);
  const auto tiles = *rc::gen::inRange<std::int64_t>(0, 400);
  const auto turns = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, workers));
  for (const ScheduleSpec& spec : all_specs())
    RC_ASSERT(cover(handed_out(spec, tiles, workers, turns), tiles));
}

TEST(Schedule, MoreTilesThanThirtyTwoBitsCount) {
  const std::int64_t tiles = (std::int64_t(1) << 40) + 3;
  for (ScheduleSpec spec : all_specs()) {
    if (spec.row->has_chunk) spec.chunk = std::int64_t(1) << 33;
    EXPECT_TRUE(cover(handed_out(spec, tiles, 5, {}), tiles)) << text_of(spec);
  }
}

std::int64_t largest_of(const std::vector<Range>& ranges) {
  std::int64_t largest = 0;
  for (const Range& range : ranges) largest = std::max(largest, range.end - range.begin);
  return largest;
}

TEST(Schedule, GuidedChunksShrink) {
  const auto ranges = handed_out(*parse_schedule("guided"), 1000, 4, {});
  for (std::size_t i = 1; i < ranges.size(); ++i)
    EXPECT_LE(ranges[i].end - ranges[i].begin, ranges[i - 1].end - ranges[i - 1].begin);
  EXPECT_EQ(ranges.front().end, 125);
  EXPECT_EQ(ranges.back().end - ranges.back().begin, 1);
  const auto coarse = handed_out(*parse_schedule("guided:chunk=300"), 1000, 4, {});
  EXPECT_EQ(coarse.size(), 4u);
  EXPECT_EQ(largest_of(coarse), 300);
}

TEST(Schedule, WeightedSharesAreAsLargeAsWorkersAreFast) {
  const auto begins = [](const char* text, std::int64_t tiles, int workers) {
    std::vector<std::int64_t> out;
    for (const Range& range : handed_out(*parse_schedule(text), tiles, workers, {}))
      out.push_back(range.begin);
    return out;
  };
  using testing::ElementsAre;
  EXPECT_THAT(begins("weighted:speeds=1/0.5", 300, 2), ElementsAre(0, 200));
  EXPECT_THAT(begins("weighted:speeds=2/1/1", 100, 3), ElementsAre(0, 50, 75));
  EXPECT_THAT(begins("weighted:speeds=1/0.5", 200, 3), ElementsAre(0, 100, 150));
  EXPECT_THAT(begins("weighted:speeds=0/1", 10, 2), ElementsAre(0));
  EXPECT_THAT(begins("weighted:speeds=0/1", 10, 1), ElementsAre(0));
  EXPECT_THAT(begins("weighted", 9, 3), ElementsAre(0, 3, 6));
}

// Worker 0 takes its own share, a quarter of what it has left at a time; then half of the rest of
// worker 1, who never calls.
TEST(Schedule, ThievesTakeHalfFromTheBack) {
  const ScheduleSpec spec = *parse_schedule("stealing:chunk=8");
  const std::vector<int> only_first(60, 0);
  const auto ranges = handed_out(spec, 64, 2, only_first);
  std::vector<std::int64_t> begins;
  for (const Range& range : ranges) begins.push_back(range.begin);
  EXPECT_THAT(begins, testing::ElementsAre(0, 8, 16, 24, 48, 56, 40, 36, 34, 33, 32));
}

TEST(Schedule, TextRoundTrip) {
  for (const ScheduleSpec& spec : all_specs()) {
    const auto parsed = parse_schedule(text_of(spec));
    ASSERT_TRUE(parsed) << text_of(spec);
    EXPECT_EQ(*parsed, spec);
  }
  EXPECT_EQ(parse_schedule("dynamic")->chunk, 1);
  EXPECT_EQ(parse_schedule("dynamic:chunk=4")->chunk, 4);
  EXPECT_EQ(text_of(*parse_schedule("weighted:speeds=1.0/.50")), "weighted:speeds=1/0.5");
}

RC_GTEST_PROP(Schedule, AnySpeedsRoundTrip, ()) {
  ScheduleSpec spec = *parse_schedule("weighted");
  spec.speeds = {1};
  for (int part : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3000)))
    spec.speeds.push_back(part / 997.0);
  RC_ASSERT(*parse_schedule(text_of(spec)) == spec);
}

TEST(Schedule, ErrorsSayWhatToDo) {
  const auto error_of = [](const char* text) { return parse_schedule(text).error().message(); };
  using testing::HasSubstr;
  EXPECT_THAT(error_of("dinamic"), HasSubstr("dynamic"));
  EXPECT_THAT(error_of(""), HasSubstr("static"));
  EXPECT_THAT(error_of("static:chunk=4"), HasSubstr("takes none"));
  EXPECT_THAT(error_of("static:speeds=1/2"), HasSubstr("takes none"));
  EXPECT_THAT(error_of("dynamic:size=4"), HasSubstr("chunk=N"));
  EXPECT_THAT(error_of("weighted:chunk=4"), HasSubstr("speeds=A/B"));
  EXPECT_THAT(error_of("weighted:speeds=0/0"), HasSubstr("above 0"));
  for (const char* bad :
       {"dynamic:chunk=0", "dynamic:chunk=-3", "dynamic:chunk=x",
        "dynamic:chunk=", "dynamic:", "dynamic:chunk=99999999999999999999",
        "dynamic:chunk=4:", "weighted:speeds=", "weighted:speeds=1/", "weighted:speeds=/",
        "weighted:speeds=-1", "weighted:speeds=nan", "weighted:speeds=inf/1",
        "weighted:speeds=1e-9/1", "weighted:speeds=1e300/1"})
    EXPECT_FALSE(parse_schedule(bad)) << bad;
}

}  // namespace
}  // namespace dlis
