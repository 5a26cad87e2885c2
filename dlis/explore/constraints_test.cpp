// Bounds, and the answer under them.
#include "dlis/explore/constraints.h"

#include <gmock/gmock.h>

#include "dlis/explore/answer.h"

namespace dlis {
namespace {

using testing::HasSubstr;
using testing::Not;

Record measured(const std::string& compress, double top1, double ms, std::int64_t peak,
                std::int64_t file) {
  Record r;
  r.set("stack", "net.onnx | " + compress + " | auto | auto/static | cpu:1");
  r.set("model", "net.onnx");
  r.set("compress", compress);
  r.set("format", "auto");
  r.set("images", std::int64_t(1000));
  r.set("top1", top1);
  r.set("median_ms", ms);
  r.set("peak_bytes", peak);
  r.set("file_bytes", file);
  return r;
}

std::vector<Record> some() {
  Record refused;
  refused.set("stack", "net.onnx | none | csr | auto/static | cpu:1");
  refused.set("refused", "no layer accepts csr");
  return {measured("none", 93, 6, 8 << 20, 4 << 20), refused,
          measured("quantise:type=int8", 92.5, 2, 3 << 20, 1 << 20),
          measured("weight_prune:zeros=0.9", 60, 1, 1 << 20, 500'000)};
}

Constraints parsed(const ConstraintTexts& texts) { return parse_constraints(texts).value(); }

TEST(Constraints, AreParsedIntoBoundsOnFields) {
  const Constraints all = parsed({"92.5", "5", "8M", "1M"});
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0], (Bound{"--min-top1 92.5", "top1", 92.5, true}));
  EXPECT_EQ(all[2], (Bound{"--max-memory 8M", "peak_bytes", 8 << 20, false}));
  EXPECT_EQ(all[3].field, "file_bytes");
  EXPECT_EQ(text_of(all), "--min-top1 92.5, --max-ms 5, --max-memory 8M and --max-bytes 1M");
  EXPECT_TRUE(parsed({}).empty());
  for (const ConstraintTexts& bad :
       {ConstraintTexts{"many", "", "", ""}, ConstraintTexts{"101", "", "", ""},
        ConstraintTexts{"", "0", "", ""}, ConstraintTexts{"", "-1", "", ""},
        ConstraintTexts{"", "", "8Q", ""}, ConstraintTexts{"", "", "", "0"}})
    EXPECT_FALSE(parse_constraints(bad));
}

TEST(Constraints, ABoundIsKeptAtItsValue) {
  const auto records = some();
  EXPECT_TRUE(keeps(parsed({"92.5", "2", "3M", "1M"}), records[2]));
  EXPECT_FALSE(keeps(parsed({"92.6", "", "", ""}), records[2]));
  EXPECT_FALSE(keeps(parsed({"", "1.99", "", ""}), records[2]));
  EXPECT_FALSE(keeps({}, records[1])) << "a refused stack keeps nothing";
  Record unmeasured = records[2];
  unmeasured.set("file_bytes", Field{});
  EXPECT_FALSE(keeps(parsed({"", "", "", "1G"}), unmeasured));
}

TEST(Answer, IsTheFastestThatKeepsAllBounds) {
  const auto records = some();
  const std::string text = answer(records, parsed({"90", "", "", ""})).value().text;
  EXPECT_THAT(text, HasSubstr("Ship `net.onnx | quantise:type=int8 | auto"));
  EXPECT_THAT(text, HasSubstr("fastest of 2 stacks that keep --min-top1 90."));
  EXPECT_THAT(text, HasSubstr("3.00 times as fast as `net.onnx | none | auto"));
  EXPECT_THAT(text, HasSubstr("-0.50 points"));
  EXPECT_THAT(text, HasSubstr("Runner-up `net.onnx | none | auto"));
  EXPECT_THAT(answer(records, parsed({"93", "", "", ""})).value().text, HasSubstr("no runner-up"));
}

TEST(Answer, WithoutABoundOnTop1IsTheMostAccurate) {
  const std::string text = answer(some(), parsed({"", "5", "", ""})).value().text;
  EXPECT_THAT(text, HasSubstr("Ship `net.onnx | quantise:type=int8 | auto"));
  EXPECT_THAT(text, HasSubstr("most accurate of 2"));
}

TEST(Answer, SaysWhichBoundFailsAndHowNearTheNearestCame) {
  const auto text = answer(some(), parsed({"92.6", "", "", "1M"}));
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message(), HasSubstr("no stack keeps --min-top1 92.6 and"));
  EXPECT_THAT(text.error().message(), HasSubstr("`net.onnx | quantise:type=int8 |"));
  EXPECT_THAT(text.error().message(), HasSubstr("misses --min-top1 92.6 by 0.11 % (it has 92.50"));
  EXPECT_THAT(text.error().message(), Not(HasSubstr("misses --max-bytes")));
  EXPECT_THAT(answer({}, parsed({"1", "", "", ""})).error().message(), HasSubstr("--data"));
}

TEST(Answer, ANetworkThatARecipeMadeIsNoReference) {
  auto records = some();
  Record made = measured("none", 92.7, 0.5, 1 << 20, 1 << 20);
  made.set("artifact", "made by recipes/x.txt");
  records.push_back(made);
  EXPECT_EQ(dense_reference(records), &records[0]);
  EXPECT_THAT(answer(records, parsed({"92", "", "", ""})).value().text,
              HasSubstr("12.00 times as fast as `net.onnx | none | auto"));
}

}  // namespace
}  // namespace dlis
