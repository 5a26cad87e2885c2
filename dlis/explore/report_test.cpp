// Golden tests of the printers.
#include "dlis/explore/report.h"

#include <gmock/gmock.h>

#include "dlis/explore/table.h"

namespace dlis {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Line {
  const char *model, *compress, *format, *compute;
  int threads;
  double top1, ms, zeros;
  std::int64_t weights, peak;
};

Record record(const Line& line) {
  Record r;
  r.set("stack", std::string(line.model) + " | " + line.compress + " | " + line.format + " | " +
                     line.compute + "/static | cpu:" + std::to_string(line.threads));
  r.set("model", line.model);
  r.set("compress", line.compress);
  r.set("format", line.format);
  r.set("compute", line.compute);
  r.set("schedule", "static");
  r.set("device", "cpu");
  r.set("threads", std::int64_t(line.threads));
  r.set("images", std::int64_t(1000));
  r.set("top1", line.top1);
  r.set("density", 1 - line.zeros);
  r.set("median_ms", line.ms);
  r.set("p10_ms", line.ms * 0.99);
  r.set("p90_ms", line.ms * 1.01);
  r.set("runs", std::int64_t(9));
  r.set("weights_bytes", line.weights);
  r.set("peak_bytes", line.peak);
  r.set("fallback", 0.0);
  return r;
}

std::vector<Record> some_records() {
  Record refused = record({"small", "none", "csr", "winograd", 1, 0, 1, 0, 0, 0});
  for (const char* field : {"top1", "median_ms", "p10_ms", "p90_ms", "peak_bytes"})
    refused.set(field, {});
  refused.set("refused", "no layer accepts csr with winograd");
  return {record({"big", "none", "dense", "auto", 1, 95.4, 10, 0, 40 << 20, 42 << 20}),
          record({"big", "prune:zeros=0.9", "csr", "auto", 1, 94.9, 4, 0.9, 8 << 20, 10 << 20}),
          refused,
          record({"big", "prune:zeros=0.9", "dense", "auto", 1, 94.9, 10, 0.9, 40 << 20, 42 << 20}),
          record({"small", "none", "dense", "auto", 1, 91, 0.5, 0, 1 << 20, 2 << 20}),
          record({"big", "none", "csr", "auto", 1, 95.4, 30, 0, 60 << 20, 62 << 20})};
}

TEST(Report, WhatWasDroppedIsSaidUntilItIsMeasured) {
  Record dropped = some_records()[0];
  dropped.set("median_ms", {});
  dropped.set("images", std::int64_t(500));
  dropped.set("refused", "dropped: too slow");
  EXPECT_THAT(table_of(latest_of(std::vector{dropped})),
              HasSubstr("dropped: none | dense | auto/static | cpu:1: too slow"));
  EXPECT_EQ(latest_of(std::vector{dropped, some_records()[0]}).size(), 1u);
}

TEST(Report, Table) {
  EXPECT_EQ(table_of(some_records()),
            R"(big
   #  compress         format  compute  schedule  device  top1 %  density %  median ms  p10 ms  p90 ms  weights MiB  peak MiB  fallback %
*  2  prune:zeros=0.9  csr     auto     static    cpu:1    94.90       10.0      4.000   3.960   4.040         8.00     10.00         0.0
*  1  none             dense   auto     static    cpu:1    95.40      100.0      10.00    9.90   10.10        40.00     42.00         0.0
   4  prune:zeros=0.9  dense   auto     static    cpu:1    94.90       10.0      10.00    9.90   10.10        40.00     42.00         0.0
   6  none             csr     auto     static    cpu:1    95.40      100.0      30.00   29.70   30.30        60.00     62.00         0.0

small
   #  compress  format  compute  schedule  device  top1 %  density %  median ms  p10 ms  p90 ms  weights MiB  peak MiB  fallback %
*  5  none      dense   auto     static    cpu:1    91.00      100.0     0.5000  0.4950  0.5050         1.00      2.00         0.0
   refused: none | csr | winograd/static | cpu:1: no layer accepts csr with winograd
)");
}

TEST(Report, NumbersArePlacesInTheStore) {
  auto records = some_records();
  records.push_back(records[1]);  // measured again
  const std::string text = report_text(records);
  EXPECT_THAT(text, HasSubstr("\n*  7  prune:zeros=0.9  csr "));
  EXPECT_THAT(text, HasSubstr("\n*  5  none      dense "));
  EXPECT_THAT(report_text(records, "Ship it."), HasSubstr("\nShip it.\n"));
}

TEST(Report, DensityIsAColumnWhereItVaries) {
  std::vector<Record> records{record({"m", "none", "dense", "auto", 1, 90, 1, 0, 1, 1}),
                              record({"n", "none", "csr", "auto", 1, 90, 2, 0, 1, 1})};
  EXPECT_THAT(table_of(records), Not(HasSubstr("density")));
  records[1].set("density", {});
  EXPECT_THAT(table_of(records), Not(HasSubstr("density")));
  records[1].set("density", 0.25);
  EXPECT_THAT(table_of(records), HasSubstr("   25.0  "));
}

TEST(Report, FormatsSayFromWhichShareOfZerosTheyPay) {
  EXPECT_EQ(formats_table(some_records()),
            R"(model  device  format  compress         zeros %  dense ms  ms  times as fast
big    cpu:1   csr     none                 0.0        10  30           0.33  slower
big    cpu:1   csr     prune:zeros=0.9     90.0        10   4           2.50  faster
big on cpu:1: csr is faster from 90 % zeros on
)");
  EXPECT_EQ(formats_table({}), "");
}

TEST(Report, MediansWhoseIntervalsMeetAreEven) {
  std::vector<Record> records{record({"m", "none", "dense", "auto", 1, 90, 1.00, 0, 1, 1}),
                              record({"m", "none", "csr", "auto", 1, 90, 0.99, 0, 1, 1})};
  EXPECT_THAT(formats_table(records), HasSubstr("even"));
  EXPECT_THAT(formats_table(records), HasSubstr("not faster up to 0 % zeros"));
  for (Record& r : records) r.set("runs", std::int64_t(900));
  EXPECT_THAT(formats_table(records), HasSubstr("csr is faster from 0 % zeros on"));
}

TEST(Report, AdviceNamesTheGainTheCostAndTheReason) {
  EXPECT_EQ(advice(some_records()),
            "Ship `big | prune:zeros=0.9 | csr | auto/static | cpu:1`: 2.50 times as fast as "
            "`big | none | dense | auto/static | cpu:1` and 76 % smaller in memory, for 0.50 "
            "points of top-1; "
            "because of 5 stacks it is the fastest within 1 point of the best top-1 (95.40 % of "
            "1000 images).");
}

TEST(Report, AdviceWithoutLabelsOrRecords) {
  std::vector<Record> records{record({"m", "none", "dense", "auto", 1, 0, 2, 0, 1, 1}),
                              record({"m", "none", "bf16", "auto", 1, 0, 1, 0, 1, 1})};
  for (Record& r : records) r.set("top1", {});
  EXPECT_THAT(advice(records),
              HasSubstr("`m | none | bf16 | auto/static | cpu:1` is the fastest of 2 stacks"));
  records[0].set("agreement", 100.0);
  records[1].set("agreement", 98.5);
  EXPECT_THAT(advice(records), HasSubstr("Ship `m | none | dense | auto/static | cpu:1`"));
  records[1].set("agreement", 99.5);
  EXPECT_THAT(advice(records), AllOf(HasSubstr("Ship `m | none | bf16 | auto/static | cpu:1`"),
                                     HasSubstr("99.50 % of 1000")));
  EXPECT_THAT(advice({}), HasSubstr("nothing to advise"));
  EXPECT_EQ(table_of({}), "");
}

TEST(Report, TheLatestRecordOfAStackStandsForIt) {
  const Record old = record({"m", "none", "dense", "auto", 1, 95, 2, 0, 1, 1});
  Record now = old, other = record({"m", "none", "bf16", "auto", 1, 95, 3, 0, 1, 1}), fewer = old;
  now.set("median_ms", 1.0);
  now.set("commit", "0.1.0-new");
  fewer.set("images", std::int64_t(20));
  EXPECT_THAT(latest_of(std::vector{old, other, fewer, now}),
              testing::ElementsAre(other, fewer, now));
  EXPECT_EQ(mixture_of(std::vector{old, other}), "");
  EXPECT_THAT(mixture_of(std::vector{other, now}), HasSubstr("2 versions of dlis"));
  Record again = now;
  now.set("commit", "0.1.0-new+b1");
  again.set("commit", "0.1.0-newer+b1");
  EXPECT_EQ(mixture_of(std::vector{now, again}), "");
}

TEST(Report, AgreementStandsInForAccuracyWithoutLabels) {
  Record r = record({"m", "none", "dense", "auto", 1, 0, 2, 0, 1, 1});
  r.set("top1", {});
  r.set("agreement", 98.5);
  EXPECT_THAT(table_of(std::vector{r}),
              testing::AllOf(HasSubstr("agreement %"), HasSubstr("98.50")));
}

TEST(TextTable, CountsCharactersNotBytes) {
  EXPECT_EQ(text_table({{"\xc3\xa9", "1"}, {"ab", "22"}}, "lr"), "\xc3\xa9    1\nab  22\n");
}

}  // namespace
}  // namespace dlis
