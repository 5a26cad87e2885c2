// Tests of every row of targets.inc: addresses, and words that no shell or program misreads.
#include "dlis/explore/target/target_row.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace dlis {
namespace {

using testing::HasSubstr;

class TargetRows : public testing::TestWithParam<const TargetRow*> {};

TEST_P(TargetRows, FormNamesTheRow) {
  const TargetRow& row = *GetParam();
  EXPECT_TRUE(std::string(row.form).starts_with(std::string(row.name) + ":"));
  EXPECT_NE(std::string(row.summary), "");
  const auto parsed = parse_target(std::string(row.name) + ":board-1.local");
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->row, &row);
  EXPECT_EQ(parsed->address, "board-1.local");
}

TEST_P(TargetRows, NoAddressIsRefused) {
  for (const char* address : {"", " ", "\t"})
    EXPECT_FALSE(GetParam()->check(address)) << '"' << address << '"';
  EXPECT_FALSE(parse_target(GetParam()->name));
}

// An address is one argument that is no option; or it is for a shell of this machine, whose user
// wrote it.
TEST_P(TargetRows, NoAddressIsAnOption) {
  const TargetRow& row = *GetParam();
  if (row.program) return;
  for (const char* address : {"-oProxyCommand=x", "-s", "--", "a b", "a;b", "a\nb", "$(x)", "`x`",
                              "a'b", "a\"b", "\xc3\xa4"})
    EXPECT_FALSE(row.check(address)) << address;
  const Arguments words = row.shell("host.1", "script");
  EXPECT_EQ(std::count(words.begin(), words.end(), "host.1"), 1);
}

INSTANTIATE_TEST_SUITE_P(Rows, TargetRows, testing::ValuesIn(target_rows()),
                         [](const auto& instance) { return instance.param->name; });

TEST(Target, SshTakesUsersPortsAndAddresses) {
  for (const char* good : {"ssh:pi@board", "ssh://pi@board:2222", "ssh:[::1]", "ssh:fe80::1%eth0"})
    EXPECT_TRUE(parse_target(good)) << good;
  const auto named = parse_target("ssh://pi@board:2222");
  ASSERT_TRUE(named);
  const Arguments words = named->row->shell(named->address, "x");
  ASSERT_GE(words.size(), 3u);
  EXPECT_EQ(words[words.size() - 3], "--");
  EXPECT_EQ(words[words.size() - 2], "ssh://pi@board:2222");
}

TEST(Target, UnknownRowsNameTheNearest) {
  const auto parsed = parse_target("sssh:board");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message(), HasSubstr("did you mean ssh"));
}

}  // namespace
}  // namespace dlis
