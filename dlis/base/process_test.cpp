// Programs end as they end: status, signals, what they printed.
#include "dlis/base/process.h"

#include <gmock/gmock.h>

#include "dlis/base/test_folder.h"
#include "dlis/base/text.h"

namespace dlis {
namespace {

Finished shell(const std::string& script) { return run_program({"sh", "-c", script}).value(); }

TEST(Process, GivesStatusAndWhatWasPrinted) {
  const Finished finished = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(finished.status, 3);
  EXPECT_EQ(finished.out, "out\n");
  EXPECT_EQ(finished.last, "err");
  EXPECT_EQ(shell("kill -9 $$").status, 128 + 9);
  EXPECT_EQ(shell("read line || echo nothing to read").out, "nothing to read\n");
}

TEST(Process, NeitherOfBothOutputsBlocksTheOther) {
  const Finished finished = shell("yes no | head -c 300000 >&2; yes | head -c 300000");
  EXPECT_EQ(finished.status, 0);
  EXPECT_EQ(finished.out.size(), 300000u);
  EXPECT_EQ(finished.last, "no");
}

TEST(Process, SaysWhatCannotBeStarted) {
  const auto missing = run_program({"dlis-no-such-program"});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message(), testing::HasSubstr("dlis-no-such-program"));
  EXPECT_THAT(missing.error().message(), testing::HasSubstr("no such program"));
  const TestFolder folder("process");
  const auto text = run_program({folder.put("text", "hello").string()});
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message(), testing::HasSubstr("cannot be started"));
}

TEST(Process, QuotesForAShell) {
  for (const std::string text : {"", "plain", "it's", "a b", "$(x) `y` \"z\" \\ \n*"})
    EXPECT_EQ(shell("printf '%s\\n' " + shell_word(text)).out, text + "\n");
}

}  // namespace
}  // namespace dlis
