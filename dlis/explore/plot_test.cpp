// A plot is well-formed, says what it shows, and puts values where the axes say.
#include "dlis/explore/plot.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <string_view>

namespace dlis {
namespace {

using testing::HasSubstr;

Plot example() {
  return {"time <against> memory",
          "two plans & more",
          "peak MiB",
          "ms",
          {{"measured", {{10, 4, 3.5, 5, "small \"plan\""}, {20, 2, 2, 2, ""}}},
           {"predicted", {{10, 3, 3, 3, ""}}}}};
}

// Every tag that opens is closed in order; no attribute holds a bare "<" or ">".
void expect_well_formed(std::string_view svg) {
  std::vector<std::string_view> open;
  for (std::size_t at = svg.find('<'); at != svg.npos; at = svg.find('<', at + 1)) {
    const std::size_t end = svg.find_first_of("<>", at + 1);
    ASSERT_TRUE(end != svg.npos && svg[end] == '>') << svg.substr(at, 80);
    const std::string_view tag = svg.substr(at + 1, end - at - 1);
    EXPECT_EQ(std::count(tag.begin(), tag.end(), '"') % 2, 0) << tag;
    if (tag.front() == '/') {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ(open.back(), tag.substr(1));
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(tag.substr(0, tag.find(' ')));
    }
  }
  EXPECT_TRUE(open.empty());
}

// The number behind TEXT, from AT on.
double number_behind(const std::string& svg, const std::string& text, std::size_t at) {
  return std::stod(svg.substr(svg.find(text, at) + text.size()));
}

TEST(Plot, IsWellFormedAndNamed) {
  const std::string svg = svg_of(example());
  expect_well_formed(svg);
  EXPECT_THAT(svg, HasSubstr("role=\"img\""));
  EXPECT_THAT(svg, HasSubstr("<title id=\"title\">time &lt;against&gt; memory</title>"));
  EXPECT_THAT(svg, HasSubstr("<desc id=\"description\">two plans &amp; more</desc>"));
  for (const char* text : {">peak MiB<", ">ms<", ">measured<", ">predicted<", "small &quot;plan"})
    EXPECT_THAT(svg, HasSubstr(text));
}

// Twice the value is twice as far from the origin.
TEST(Plot, MarksStandWhereTheAxesSay) {
  const std::string svg = svg_of(example());
  std::vector<std::pair<double, double>> at;
  for (std::size_t i = svg.find("<circle "); i != svg.npos; i = svg.find("<circle ", i + 1))
    at.push_back({number_behind(svg, " cx=\"", i), number_behind(svg, " cy=\"", i)});
  ASSERT_EQ(at.size(), 3u);  // the last is the legend's
  const double left = 74, bottom = 440 - 62;
  EXPECT_NEAR(at[1].first - left, 2 * (at[0].first - left), 0.3);
  EXPECT_NEAR(bottom - at[0].second, 2 * (bottom - at[1].second), 0.3);
}

TEST(Plot, OddValuesDoNotBreakIt) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  expect_well_formed(svg_of({}));
  const std::string svg =
      svg_of({"t", "", "", "", {{"s", {{nan, 1, 1, 1, ""}, {0, 0, 0, 0, ""}}}}});
  expect_well_formed(svg);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace dlis
