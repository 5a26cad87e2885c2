// A plot is well-formed, says what it shows, and puts values where the axes say.
#include "dlis/explore/plot.h"

#include <gmock/gmock.h>

#include <limits>
#include <regex>

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

// Every tag that opens is closed in order.
void expect_well_formed(const std::string& svg) {
  std::vector<std::string> open;
  const std::regex tag("<(/?)([a-z]+)((?:[^<>\"]|\"[^\"<]*\")*?)(/?)>");
  std::size_t tags = 0;
  for (std::sregex_iterator it(svg.begin(), svg.end(), tag), end; it != end; ++it, ++tags) {
    if ((*it)[1].length()) {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ(open.back(), (*it)[2].str());
      open.pop_back();
    } else if (!(*it)[4].length()) {
      open.push_back((*it)[2].str());
    }
  }
  EXPECT_TRUE(open.empty());
  EXPECT_EQ(tags, std::size_t(std::count(svg.begin(), svg.end(), '<')));
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
  const std::regex circle("<circle cx=\"([0-9.]+)\" cy=\"([0-9.]+)\"");
  std::vector<std::pair<double, double>> at;
  for (std::sregex_iterator it(svg.begin(), svg.end(), circle), end; it != end; ++it)
    at.push_back({std::stod((*it)[1]), std::stod((*it)[2])});
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
