// Which record an ID means.
#include "dlis/explore/export/pick.h"

#include <gmock/gmock.h>

#include "dlis/explore/report.h"
#include "dlis/explore/report/test_records.h"

namespace dlis {
namespace {

using test::record;
using test::refused;
using testing::HasSubstr;

const std::vector<Record> kStore{record("net | none | dense | auto/static | cpu:1", 4, 91),
                                 record("net | none | csr | auto/static | cpu:1", 2, 90.5),
                                 refused("net | none | bsr | auto/static | cpu:1", "no row"),
                                 record("other | none | csr | auto/static | cpu:1", 1, 50)};

std::string problem(std::span<const Record> store, const std::string& id) {
  const auto pick = pick_record(store, id);
  return pick ? "" : pick.error().message();
}

TEST(Pick, ByNumberStackOrAdvice) {
  for (const char* id :
       {"2", "#2", "net | none | csr | auto/static | cpu:1", "net|none|csr|auto|cpu:1", ""}) {
    const auto pick = pick_record(kStore, id);
    ASSERT_TRUE(pick) << id << pick.error().message();
    EXPECT_EQ(pick->number, 2u) << id;
    EXPECT_EQ(pick->record, kStore[1]);
  }
  EXPECT_EQ(pick_record(kStore, "none | dense | auto/static | cpu:1")->number, 1u);
  EXPECT_THAT(advice(kStore), HasSubstr("Ship `net | none | csr"));
}

TEST(Pick, TheLatestRecordOfAStackCounts) {
  std::vector<Record> store = kStore;
  store.push_back(record("net | none | csr | auto/static | cpu:1", 3, 90.5));
  EXPECT_EQ(pick_record(store, "net | none | csr | auto/static | cpu:1")->number, 5u);
  EXPECT_EQ(pick_record(store, "2")->number, 2u);
}

TEST(Pick, WhatTheExplorationAnsweredGoesBeforeAdvice) {
  EXPECT_EQ(pick_record(kStore, "", {1, "Ship it."})->number, 1u);
  EXPECT_EQ(pick_record(kStore, "4", {1, "Ship it."})->number, 4u);
  EXPECT_THAT(pick_record(kStore, "", {0, "no stack keeps it"}).error().message(),
              HasSubstr("no stack keeps it; or name a record with --pick"));
  EXPECT_THAT(pick_record(kStore, "", {9, "Ship it."}).error().message(), HasSubstr("1 to 4"));
}

TEST(Pick, WhatIsNotThereOrNotMeasuredIsToldInASentence) {
  EXPECT_THAT(problem(kStore, "0"), HasSubstr("no record 0: the store has 1 to 4"));
  EXPECT_THAT(problem(kStore, "5"), HasSubstr("no record 5"));
  EXPECT_THAT(problem(kStore, "99999999999999999999"), HasSubstr("no record"));
  EXPECT_THAT(problem(kStore, "-1"), HasSubstr("no record is of the stack"));
  EXPECT_THAT(problem(kStore, "x | none | csr | auto | cpu:1"), HasSubstr("no record is of"));
  EXPECT_THAT(problem(kStore, "none | csr | auto/static | cpu:1"),
              HasSubstr("records 2, 4 are of"));
  EXPECT_THAT(problem(kStore, "3"), HasSubstr("not measured: no row"));
  EXPECT_THAT(problem({}, ""), HasSubstr("no record"));
  EXPECT_THAT(problem(std::span(kStore).subspan(2, 1), ""),
              HasSubstr("no stack that was measured"));
  EXPECT_THAT(problem({}, "1"), HasSubstr("no record 1"));
}

}  // namespace
}  // namespace dlis
