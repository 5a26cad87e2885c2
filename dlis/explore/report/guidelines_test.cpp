// Every sentence is there because of its data: it goes, or turns round, when the data does.
#include "dlis/explore/report/guidelines.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "dlis/explore/report/sparsity.h"
#include "dlis/explore/report/test_records.h"

namespace dlis {
namespace {

using test::record;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> texts(const std::vector<Guideline>& all) {
  std::vector<std::string> out;
  for (const Guideline& one : all) out.push_back(one.text);
  return out;
}

// The networks of two techniques, alike in accuracy.
std::vector<Record> two_techniques() {
  return {record("m | none | dense | auto/static | cpu:1", 10, 94.6),
          record("m | channel_prune:macs=0.3 | dense | auto/static | cpu:1", 4, 93.9, 1, 1 << 19),
          record("m | weight_prune:zeros=0.9 | csr | auto/static | cpu:1", 7.6, 93.5, 0.1),
          record("m | weight_prune:zeros=0.99 | csr | auto/static | cpu:1", 1, 60, 0.01)};
}

TEST(Guidelines, TheFasterTechniqueAtEqualAccuracyIsNamedWithItsEvidence) {
  auto records = two_techniques();
  const auto before = technique_guidelines(entries_of(records));
  const auto sentence =
      AllOf(HasSubstr("At 93 % top-1 and above on cpu:1, `channel_prune` is 1.90x"),
            HasSubstr("as fast as `weight_prune`"));
  ASSERT_THAT(texts(before), Contains(sentence));
  const auto said = std::ranges::find_if(
      before, [&](const Guideline& one) { return testing::Matches(sentence)(one.text); });
  EXPECT_THAT(said->records, ElementsAre(2, 3));

  test::swap_times(records[1], records[2]);  // the other way round
  EXPECT_THAT(
      texts(technique_guidelines(entries_of(records))),
      AllOf(Not(Contains(sentence)), Contains(AllOf(HasSubstr("`weight_prune` is 1.90x"),
                                                    HasSubstr("as fast as `channel_prune`")))));
}

TEST(Guidelines, NetworksInFilesOfTheirOwnAreComparedAtEqualAccuracy) {
  std::vector<Record> records{record("pruned.onnx | none | dense | auto/static | cpu:1", 4, 93.9),
                              record("sparse.onnx | none | csr | auto/static | cpu:1", 7.6, 93.5)};
  EXPECT_THAT(texts(guidelines(entries_of(records))),
              ElementsAre(AllOf(HasSubstr("`pruned.onnx | none` is 1.90x"),
                                HasSubstr("as fast as `sparse.onnx | none`"))));
  test::swap_times(records[0], records[1]);
  EXPECT_THAT(texts(guidelines(entries_of(records))),
              ElementsAre(HasSubstr("`sparse.onnx | none` is 1.90x")));
  records[1].set("top1", 70.0);
  EXPECT_THAT(guidelines(entries_of(records)), testing::IsEmpty());
}

TEST(Guidelines, WhatTheSpreadLeavesOpenIsNotSaid) {
  auto records = two_techniques();
  records[2].set("p10_ms", 3.0);  // a tenth of its runs were faster than the other's
  EXPECT_THAT(texts(technique_guidelines(entries_of(records))),
              Not(Contains(HasSubstr("as fast as `weight_prune`"))));
}

TEST(Guidelines, ATechniqueThatIsNowhereNearTheBestIsNotCompared) {
  auto records = two_techniques();
  records.erase(records.begin() + 2);
  EXPECT_THAT(texts(technique_guidelines(entries_of(records))),
              Not(Contains(HasSubstr("weight_prune"))));
}

TEST(Guidelines, NothingIsSaidAcrossMachinesBuildsOrImages) {
  for (const char* field : {"machine", "commit", "split", "command"}) {
    auto records = two_techniques();
    records[2].set(field, "another+other --data images:other --seconds 1");
    EXPECT_THAT(texts(guidelines(entries_of(records))),
                Not(Contains(AllOf(HasSubstr("channel_prune"), HasSubstr("weight_prune")))))
        << field;
  }
}

std::vector<Record> sparse_and_dense() {
  std::vector<Record> records;
  for (const auto& [zeros, csr_ms] : {std::pair(0.5, 20.0), {0.8, 8.0}, {0.9, 4.0}})
    for (const char* format : {"dense", "csr"})
      records.push_back(
          record(fmt::format("m | weight_prune:zeros={} | {} | auto/static | cpu:1", zeros, format),
                 format == std::string("csr") ? csr_ms : 10, 90, 1 - zeros));
  return records;
}

TEST(Guidelines, TheBreakEvenOfSparsityMovesWithTheTimes) {
  auto records = sparse_and_dense();
  const auto curves_of = entries_of(records);
  const auto curves = sparsity_curves(curves_of);
  ASSERT_EQ(curves.size(), 1u);
  ASSERT_EQ(curves[0].points.size(), 3u);
  EXPECT_NEAR(curves[0].pays_from()->zeros, 0.8, 1e-9);
  EXPECT_THAT(
      texts(sparsity_guidelines(entries_of(records))),
      ElementsAre(HasSubstr("On cpu:1, `csr` is faster than `dense` from 80 % zeros on: 1.25x")));
  records[3].set("median_ms", 10.0);  // csr at 80 %: even
  records[3].set("p90_ms", 10.2);
  EXPECT_THAT(texts(sparsity_guidelines(entries_of(records))),
              ElementsAre(HasSubstr("from 90 % zeros on: 2.50x")));
  for (const std::size_t pair : {0, 2, 4}) test::swap_times(records[pair], records[pair + 1]);
  EXPECT_THAT(texts(sparsity_guidelines(entries_of(records))),
              ElementsAre(AllOf(HasSubstr("does not pay up to 90 % zeros"), HasSubstr("0.40x"))));
}

TEST(Guidelines, AChoiceWinsOnlyWhereItWinsInEveryPair) {
  std::vector<Record> records;
  for (const char* compute : {"indirect_gemm", "winograd_f4"})
    for (const char* compress : {"none", "channel_prune:macs=0.5"})
      records.push_back(record(fmt::format("m | {} | dense | {}/static | cpu:1", compress, compute),
                               compute == std::string("winograd_f4") ? 5 : 10, 90));
  const auto faster = AllOf(HasSubstr("`winograd_f4` is 2.00x"),
                            HasSubstr("as fast as `indirect_gemm` in all 2 pairs"));
  ASSERT_THAT(texts(axis_guidelines(entries_of(records))), ElementsAre(faster));
  EXPECT_THAT(axis_guidelines(entries_of(records))[0].records,
              testing::UnorderedElementsAre(1, 2, 3, 4));
  test::swap_times(records[0], records[2]);  // one pair says otherwise
  EXPECT_THAT(axis_guidelines(entries_of(records)), testing::IsEmpty());
  test::swap_times(records[1], records[3]);
  EXPECT_THAT(texts(axis_guidelines(entries_of(records))),
              ElementsAre(HasSubstr("`indirect_gemm` is 2.00x")));
}

TEST(Guidelines, TheSmallestStackThatIsAsAccurateAsTheBest) {
  auto records = two_techniques();
  EXPECT_THAT(texts(memory_guidelines(entries_of(records))),
              ElementsAre(AllOf(HasSubstr("`channel_prune:macs=0.3 | dense"),
                                HasSubstr("2.0 times less memory"), HasSubstr("is 2.50x"))));
  records[1].set("top1", 85.0);  // now it is not
  EXPECT_THAT(memory_guidelines(entries_of(records)), testing::IsEmpty());
}

TEST(Guidelines, ALossIsNamedWhereTheImagesCanTellIt) {
  auto records = two_techniques();
  const auto lost = accuracy_guidelines(entries_of(records));
  ASSERT_THAT(texts(lost), ElementsAre(AllOf(HasSubstr("`weight_prune:zeros=0.99`"),
                                             HasSubstr("loses 34.6 points"))));
  EXPECT_THAT(lost[0].records, ElementsAre(4, 1));
  records[3].set("top1", 94.0);
  EXPECT_THAT(accuracy_guidelines(entries_of(records)), testing::IsEmpty());
  records[3].set("top1", 60.0);
  for (Record& r : records) r.set("images", std::int64_t(5));
  EXPECT_THAT(accuracy_guidelines(entries_of(records)), testing::IsEmpty());
}

TEST(Evidence, IntervalsAreThoseOfTheSpread) {
  Record fast = record("m | none | dense | auto/static | cpu:1", 1, 90);
  Record slow = record("m | none | csr | auto/static | cpu:1", 2, 90);
  for (Record* r : {&fast, &slow})
    for (const char* field : {"p10_ms", "p90_ms"}) r->set(field, *r->number("median_ms"));
  const Estimate exact = times_as_fast(fast, slow);
  EXPECT_EQ(exact.low, 2);
  EXPECT_EQ(exact.high, 2);
  slow.set("p10_ms", 1.0);
  EXPECT_NEAR(times_as_fast(fast, slow).low, 1, 1e-9);
  EXPECT_EQ(times_as_fast(fast, slow).high, 2);
  EXPECT_EQ(points_above(fast, fast)->value, 0);
  fast.set("images", {});
  EXPECT_FALSE(points_above(fast, slow));
}

// Whatever is measured: what is faster one way is slower the other, in mirrored intervals.
RC_GTEST_PROP(Evidence, ARatioTurnedRoundIsItsReciprocal, ()) {
  const auto any = [] {
    Record r = record("m | none | dense | auto/static | cpu:1", 1, 90);
    const double ms = *rc::gen::inRange(1, 100000) / 1000.0;
    r.set("median_ms", ms);
    r.set("p10_ms", ms / (1 + *rc::gen::inRange(0, 1000) / 500.0));
    r.set("p90_ms", ms * (1 + *rc::gen::inRange(0, 1000) / 500.0));
    return r;
  };
  const Record a = any(), b = any();
  const Estimate there = times_as_fast(a, b), back = times_as_fast(b, a);
  RC_ASSERT(there.low <= there.value && there.value <= there.high);
  RC_ASSERT(std::abs(there.low * back.high - 1) < 1e-9);
  RC_ASSERT(std::abs(there.high * back.low - 1) < 1e-9);
}

}  // namespace
}  // namespace dlis
