// The page: its data are the records, whatever text they hold, and it loads nothing.
#include "dlis/explore/report/html_report.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "dlis/explore/html.h"
#include "dlis/explore/layers.h"
#include "dlis/explore/report/page_parts.h"
#include "dlis/explore/report/test_records.h"

namespace dlis {
namespace {

using nlohmann::json;
using test::record;
using testing::HasSubstr;
using testing::Not;

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  if (from == text.npos) return "";
  const std::size_t at = from + begin.size();
  return text.substr(at, text.find(end, at) - at);
}

// As a browser finds it: up to the first end of a script.
json data_of(const std::string& page) {
  return json::parse(between(page, "<script type=\"application/json\" id=\"data\">", "</script"));
}

std::vector<Record> some_records() {
  return {record("m | none | dense | auto/static | cpu:1", 10, 95.4),
          record("m | weight_prune:zeros=0.9 | csr | auto/static | cpu:2", 4, 94.9, 0.1),
          test::refused("m | none | csr | winograd_f4/static | cpu:1", "no layer accepts it")};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(HtmlReport, ItsDataAreTheRecords) {
  auto records = some_records();
  records[0].set("layers", to_json({{"conv1", "Conv", "indirect_gemm", "dense", 0.5, 1024}}));
  const json data = data_of(html_report(records, "run.db"));
  ASSERT_EQ(data["records"].size(), 3u);
  const json& first = data["records"][0];
  EXPECT_EQ(first["number"], 1);
  EXPECT_EQ(first["median_ms"], 10);
  EXPECT_NEAR(first["top1_low"], 93.9, 0.1);
  EXPECT_NEAR(first["top1_high"], 96.5, 0.1);
  EXPECT_EQ(first["layers"][0]["bytes"], 1024);
  EXPECT_EQ(first["group"], data["records"][1]["group"]);
  EXPECT_FALSE(data["records"][2].contains("median_ms"));
  EXPECT_EQ(data["records"][2]["refused"], "no layer accepts it");
  EXPECT_EQ(data["fields"].size(), record_fields().size());
}

TEST(HtmlReport, WithoutAScriptEveryRecordIsARowWithItsCommand) {
  const std::string page = html_report(some_records(), "run.db");
  EXPECT_EQ(count(page, "<tr id=\"record-"), 3u);
  EXPECT_THAT(page,
              HasSubstr("<code>dlis evaluate &#39;m | none | dense | auto/static | cpu:1&#39; "
                        "--data images:d --seconds 2</code>"));
  EXPECT_THAT(page, HasSubstr("no layer accepts it</td>"));
  EXPECT_THAT(page, HasSubstr("<noscript>"));
}

TEST(HtmlReport, AnAnswerStandsWhereTheAdviceWould) {
  const std::string page = html_report(some_records(), "run.db", "Ship `a|b`: 1 < 2.");
  EXPECT_THAT(page, HasSubstr("Ship <code>a|b</code>: 1 &lt; 2."));
  EXPECT_THAT(page, Not(HasSubstr("within 1 point of the best")));
}

TEST(HtmlReport, TheLatestRecordOfAStackKeepsItsNumber) {
  auto records = some_records();
  records.push_back(records[0]);
  const json data = data_of(html_report(records, "run.db"));
  ASSERT_EQ(data["records"].size(), 3u);
  EXPECT_EQ(data["records"][0]["number"], 2);
  EXPECT_EQ(data["records"][2]["number"], 4);
}

TEST(HtmlReport, ItLoadsNothing) {
  const std::string page = html_report(some_records(), "run.db");
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* loads : {"<link", "src=\"", "@import", "url(", "fetch(", "<img"})
    EXPECT_THAT(page, Not(HasSubstr(loads)));
  EXPECT_EQ(count(page, "http://www.w3.org/2000/svg"), 1u);  // a name, not an address
  EXPECT_EQ(count(page, "http"), 2u);                        // and the policy's http-equiv
}

TEST(HtmlReport, HostileTextStaysText) {
  const std::string hostile =
      "</script><script>alert(1)</script><!--<b onload='x'>\"&amp;{{data}}`\xff\x01\xe2\x80\xa8";
  auto records = some_records();
  for (const FieldSpec& field : record_fields())
    if (field.kind == FieldSpec::Kind::text && std::string_view(field.name) != "refused")
      records[1].set(field.name, hostile);
  records[2].set("refused", hostile);
  const std::string page = html_report(records, hostile);
  EXPECT_EQ(count(page, "<script"), 2u);
  EXPECT_EQ(count(page, "</script"), 2u);
  EXPECT_EQ(count(page, "alert(1)"),
            count(page, "script&gt;alert(1)") + count(page, "script\\u003ealert(1)"));
  EXPECT_THAT(page, Not(HasSubstr("<!--")));
  EXPECT_THAT(page, Not(HasSubstr("<b ")));
  EXPECT_THAT(page, HasSubstr("{{data}}"));  // the text of a record, not a place of the template
  const json data = data_of(page);
  EXPECT_THAT(data["records"][1]["model"], testing::StartsWith("</script><script>alert(1)"));
  EXPECT_FALSE(data["records"][1].contains("layers"));
}

TEST(HtmlReport, NoRecordsAreAPage) {
  const std::string page = html_report({}, "empty.db");
  EXPECT_EQ(data_of(page)["records"].size(), 0u);
  EXPECT_THAT(page, HasSubstr("no stack was measured"));
}

TEST(HtmlReport, EveryPlaceOfTheTemplateIsFilled) {
  EXPECT_THAT(html_report(some_records(), "run.db"), Not(HasSubstr("{{")));
  for (const char* file : {"page.html", "page.css", "main.js"})
    EXPECT_FALSE(page_file(file).empty());
  EXPECT_TRUE(page_file("none.js").empty());
}

TEST(Html, SentencesMarkUpWhatStandsInBackquotes) {
  EXPECT_EQ(marked_up("`a<b` & `c"), "<code>a&lt;b</code> &amp; <code>c</code>");
  EXPECT_EQ(marked_up(""), "");
  const std::size_t numbers[] = {12, 40};
  EXPECT_EQ(record_links(numbers), "<a href=\"#record-12\">12</a>, <a href=\"#record-40\">40</a>");
}

RC_GTEST_PROP(Html, ScriptSafeJsonIsTheSameJson, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("<>&\"\\/u-!s")));
  const json value = {{text, text}};
  const std::string safe = script_safe(value.dump());
  RC_ASSERT(safe.find_first_of("<>&") == std::string::npos);
  RC_ASSERT(json::parse(safe) == value);
}

}  // namespace
}  // namespace dlis
