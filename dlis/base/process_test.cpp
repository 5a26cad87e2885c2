// Other programs: lines both ways, ends of every kind, readers that are gone.
#include "dlis/base/process.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "dlis/base/clock.h"
#include "dlis/base/file.h"
#include "dlis/base/file_lock.h"
#include "dlis/base/limits.h"
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

TEST(Process, TellsWhatIsOnPath) {
  EXPECT_TRUE(is_on_path("sh"));
  EXPECT_TRUE(is_on_path("/bin/sh"));
  EXPECT_FALSE(is_on_path("dlis-no-such-program"));
  EXPECT_FALSE(is_on_path("/bin/dlis-no-such-program"));
}

// QEMU forks where the child should share this process's memory, so the child cannot tell.
TEST(Process, SaysWhatCannotBeStarted) {
  if (std::getenv("QEMU_CPU")) GTEST_SKIP() << "not under QEMU";
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

Process begun(const std::string& script) {
  auto process = Process::start({"sh", "-c", script});
  EXPECT_TRUE(process) << process.error().message();
  return std::move(*process);
}

TEST(Process, LinesGoBothWays) {
  Process process = begun("while read -r line; do echo \"got $line\"; done; printf 'cut off'");
  std::string line;
  EXPECT_EQ(process.line(line, 0), Process::Got::nothing);
  for (const char* text : {"one", "two words", ""}) {
    ASSERT_TRUE(process.send(bytes_of(std::string(text) + "\n")));
    ASSERT_EQ(process.line(line, 10'000), Process::Got::line);
    EXPECT_EQ(line, std::string("got ") + text);
  }
  process.end_input();
  EXPECT_EQ(process.line(line, 10'000), Process::Got::end);
  EXPECT_TRUE(process.has_ended(10'000));
  EXPECT_EQ(process.status(), 0);
  EXPECT_FALSE(process.send(bytes_of("more")));
}

TEST(Process, TellsHowItEnded) {
  Process failed = begun("echo first >&2; echo last >&2; exit 7");
  EXPECT_TRUE(failed.has_ended(10'000));
  EXPECT_EQ(failed.status(), 7);
  EXPECT_EQ(failed.last_error(), "last");
  Process killed = begun("sleep 100");
  EXPECT_FALSE(killed.has_ended(1));
  killed.kill();
  EXPECT_TRUE(killed.has_ended(10'000));
  EXPECT_EQ(killed.status(), 128 + 9);
  EXPECT_EQ(killed.last_error(), "");
}

TEST(Process, WhoReadsNoMoreIsAnError) {
  Process process = begun("exec <&-; echo closed; sleep 100");
  std::string line;
  ASSERT_EQ(process.line(line, 10'000), Process::Got::line);
  EXPECT_FALSE(process.send(bytes_of(std::string(1 << 20, 'x'))));
}

TEST(Process, SendingStopsWhenAsked) {
  Process process = begun("sleep 100");
  int asked = 0;
  const Status status =
      process.send(bytes_of(std::string(8 << 20, 'x')), [&] { return ++asked < 2; });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().what, "stopped");
}

// Much more than a stream holds, while nobody looks.
TEST(Process, ManyBytesArrive) {
  Process process = begun("wc -c; seq 100000 >&2; seq 50000");
  ASSERT_TRUE(process.send(bytes_of(std::string(8 << 20, 'x'))));
  process.end_input();
  std::string line;
  ASSERT_EQ(process.line(line, 30'000), Process::Got::line);
  EXPECT_THAT(line, testing::HasSubstr(std::to_string(8 << 20)));
  int lines = 0;
  while (process.line(line, 30'000) == Process::Got::line) ++lines;
  EXPECT_EQ(lines, 50000);
  EXPECT_TRUE(process.has_ended(10'000));
  EXPECT_EQ(process.last_error(), "100000");
}

// Garbage takes time by its bytes, and no more memory than a line may have.
TEST(Process, LongLinesArriveAndEndlessOnesComeInPieces) {
  Process process = begun("head -c 20000000 /dev/zero | tr '\\0' x; echo; cat /dev/zero");
  std::string line;
  ASSERT_EQ(process.line(line, 60'000), Process::Got::line);
  EXPECT_EQ(line.size(), 20'000'000u);
  ASSERT_EQ(process.line(line, 60'000), Process::Got::line);
  EXPECT_EQ(line.size(), kMostTextBytes);
  EXPECT_FALSE(process.has_ended(500));
}

// Nothing may wait for a program to pause.
TEST(Process, WhatNeverPausesIsLeftWhenTheTimeIsOver) {
  Process process = begun("yes & yes >&2");
  EXPECT_FALSE(process.has_ended(300));
  std::string line;
  EXPECT_EQ(process.line(line, 10'000), Process::Got::line);
  EXPECT_EQ(line, "y");
  EXPECT_EQ(process.last_error(), "y");
}

TEST(Process, EndsWithItsOwner) {
  const double start = now_ms();
  { Process process = begun("sleep 100"); }
  EXPECT_LT(now_ms() - start, 50'000);
}

TEST(FileLock, IsHeldByOneProcess) {
  const TestFolder folder("lock");
  const auto file = folder.path / "lock";
  const std::string script = "flock -n '" + file.string() + "' true";
  {
    const auto lock = FileLock::take(file);
    ASSERT_TRUE(lock);
    Process other = begun(script);
    EXPECT_TRUE(other.has_ended(10'000));
    EXPECT_EQ(other.status(), 1);
  }
  Process other = begun(script);
  EXPECT_TRUE(other.has_ended(10'000));
  EXPECT_EQ(other.status(), 0);
  EXPECT_FALSE(FileLock::take(folder.path / "none" / "lock"));
}

}  // namespace
}  // namespace dlis
