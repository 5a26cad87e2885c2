// Records survive JSON; CSV quotes what must be quoted.
#include "dlis/explore/record.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace dlis {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Record some_record() {
  Record r;
  r.set("stack", "resnet20 | none | csr | auto/static | cpu:2");
  r.set("threads", std::int64_t(2));
  r.set("top1", 91.7);
  return r;
}

TEST(Record, JsonIsOneLineWithEveryField) {
  const std::string json = to_json(some_record());
  EXPECT_THAT(
      json, StartsWith(R"({"stack":"resnet20 | none | csr | auto/static | cpu:2","model":null,)"));
  EXPECT_THAT(json, HasSubstr(R"("threads":2,"device":null,)"));
  EXPECT_THAT(json, HasSubstr(R"("top1":91.7,)"));
  EXPECT_EQ(json.find('\n'), std::string::npos);
  for (const FieldSpec& field : record_fields())
    EXPECT_THAT(json, HasSubstr("\"" + std::string(field.name) + "\":"));
}

TEST(Record, WhatIsNotFiniteIsNull) {
  Record r = some_record();
  r.set("median_ms", std::numeric_limits<double>::infinity());
  EXPECT_THAT(to_json(r), HasSubstr(R"("median_ms":null)"));
}

TEST(Record, NumbersReadAsReals) {
  EXPECT_EQ(some_record().number("threads"), 2.0);
  EXPECT_EQ(some_record().number("median_ms"), std::nullopt);
  EXPECT_EQ(some_record().text("model"), "");
}

TEST(Record, JsonErrorsSayWhat) {
  EXPECT_THAT(record_from_json("[1]").error().message(), HasSubstr("not a record"));
  EXPECT_THAT(record_from_json("{").error().message(), HasSubstr("not a record"));
  EXPECT_THAT(record_from_json(R"({"speed":1})").error().message(), HasSubstr("'speed'"));
  EXPECT_THAT(record_from_json(R"({"threads":"two"})").error().message(), HasSubstr("\"two\""));
}

TEST(Record, CsvQuotesCommasAndQuotes) {
  Record r = some_record();
  r.set("stack", "a \"b\", c");
  EXPECT_THAT(to_csv(r), StartsWith("\"a \"\"b\"\", c\",,,,,,2,"));
  EXPECT_THAT(csv_header(), StartsWith("stack,model,compress,format,compute,schedule,threads,"));
  EXPECT_THAT(csv_header(), testing::EndsWith(",artifact,machine,commit,command,layers"));
}

RC_GTEST_PROP(Record, JsonRoundTrips, ()) {
  Record r;
  for (const FieldSpec& field : record_fields()) {
    if (*rc::gen::arbitrary<bool>()) continue;
    switch (field.kind) {
      case FieldSpec::Kind::text:
        r.set(field.name, *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127)));
        break;
      case FieldSpec::Kind::integer:
        r.set(field.name, *rc::gen::arbitrary<std::int64_t>());
        break;
      case FieldSpec::Kind::real:
        r.set(field.name, *rc::gen::arbitrary<double>());
        break;
    }
  }
  const auto back = record_from_json(to_json(r));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == r);
}

}  // namespace
}  // namespace dlis
