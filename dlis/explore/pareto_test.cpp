// The front's properties on random records, and its rules for what was not measured.
#include "dlis/explore/pareto.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Record record(double top1, double ms, std::int64_t bytes) {
  Record r;
  r.set("top1", top1);
  r.set("median_ms", ms);
  r.set("peak_bytes", bytes);
  return r;
}

bool no_worse(const Record& a, const Record& b) {
  return a.number("top1") >= b.number("top1") && a.number("median_ms") <= b.number("median_ms") &&
         a.number("peak_bytes") <= b.number("peak_bytes");
}
bool same(const Record& a, const Record& b) { return no_worse(a, b) && no_worse(b, a); }

TEST(Pareto, KeepsWhatIsBestInSomething) {
  const std::vector<Record> records{record(90, 1, 100), record(91, 2, 100), record(90, 3, 90),
                                    record(89, 2, 100), record(91, 2, 101)};
  EXPECT_THAT(pareto_front(records), ElementsAre(0, 1, 2));
}

TEST(Pareto, EqualRecordsStandTogether) {
  EXPECT_THAT(pareto_front(std::vector{record(90, 1, 5), record(90, 1, 5)}), ElementsAre(0, 1));
}

TEST(Pareto, LeavesOutRefusedAndIncompleteRecords) {
  Record refused = record(99, 0.1, 1);
  refused.set("refused", "needs a 3x3 filter");
  Record unmeasured = record(99, 0.1, 1);
  unmeasured.set("top1", {});
  EXPECT_THAT(pareto_front(std::vector{refused, record(90, 1, 5), unmeasured}), ElementsAre(1));
}

TEST(Pareto, WithoutLabelsTimeAndMemoryDecide) {
  std::vector<Record> records{record(0, 1, 5), record(0, 2, 4), record(0, 2, 5)};
  for (Record& r : records) r.set("top1", {});
  EXPECT_THAT(pareto_front(records), ElementsAre(0, 1));
}

TEST(Pareto, OfNothingIsNothing) {
  EXPECT_THAT(pareto_front({}), IsEmpty());
  EXPECT_THAT(pareto_front(std::vector<Record>(3)), IsEmpty());
}

RC_GTEST_PROP(Pareto, MembersAreUnbeatenAndTheRestIsBeatenByAMember, ()) {
  const auto raw = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
      rc::gen::tuple(rc::gen::inRange(0, 6), rc::gen::inRange(0, 6), rc::gen::inRange(0, 6)));
  std::vector<Record> records;
  for (const auto& [top1, ms, bytes] : raw) records.push_back(record(top1, ms, bytes));
  const auto front = pareto_front(records);
  std::vector<bool> on(records.size());
  for (std::size_t i : front) on[i] = true;
  for (std::size_t i = 0; i < records.size(); ++i) {
    bool beaten_by_member = false;
    for (std::size_t j = 0; j < records.size(); ++j) {
      const bool beats = no_worse(records[j], records[i]) && !same(records[i], records[j]);
      if (on[i]) RC_ASSERT(!beats);
      beaten_by_member = beaten_by_member || (on[j] && beats);
    }
    if (!on[i]) RC_ASSERT(beaten_by_member);
  }
}

}  // namespace
}  // namespace dlis
