// Tests downloads against servers that cut, lie, fail and ignore what they are asked for.
#include "dlis/data/download.h"

#include <gmock/gmock.h>

#include "dlis/base/file.h"
#include "dlis/base/process.h"
#include "dlis/base/test_folder.h"
#include "tests/file_server.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class Fetch : public testing::Test {
 protected:
  void SetUp() override {
    std::string noise;
    for (unsigned i = 0, x = 1; i < 300'000; ++i)
      noise += char((x = x * 1664525 + 1013904223) >> 24);
    files_.put("set/a.bin", noise);
    const auto made = run_program(
        {"tar", "-czf", (files_.path / "set.tar.gz").string(), "-C", files_.path.string(), "set"});
    ASSERT_TRUE(made && made->status == 0);
    server_.content = read_text(files_.path / "set.tar.gz").value();
    sha256_ = run_program({"sha256sum", (files_.path / "set.tar.gz").string()})->out.substr(0, 64);
    server_.start();
    options_.wait_seconds = 0.01;
  }
  Download download() const {
    return {"set", server_.url.c_str(), std::int64_t(server_.content.size()), sha256_.c_str(),
            "set"};
  }
  std::string problem(const Download& download) const {
    const auto done = fetch(download, to_.path, options_);
    return done ? "no error" : done.error().message();
  }
  void expect_whole() const {
    EXPECT_EQ(*read_text(to_.path / "set/a.bin"), *read_text(files_.path / "set/a.bin"));
    EXPECT_FALSE(fs::exists(to_.path / "set.tar.gz.part"));
    EXPECT_FALSE(fs::exists(to_.path / ".set.unpacked"));
  }

  const TestFolder files_{"published"}, to_{"fetched"};
  FileServer server_;
  std::string sha256_;
  DownloadOptions options_;
};

TEST_F(Fetch, BringsOnceAndWhole) {
  const auto done = fetch(download(), to_.path / "new", options_);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_TRUE(*done);
  EXPECT_TRUE(fs::exists(to_.path / "new/set/a.bin"));
  const auto again = fetch(download(), to_.path / "new", options_);
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
  EXPECT_THAT(server_.asked_from, SizeIs(1));
}

TEST_F(Fetch, GoesOnWhereTheConnectionWasCut) {
  server_.cut = 120'000;
  ASSERT_EQ(problem(download()), "no error");
  EXPECT_THAT(server_.asked_from, ElementsAre(0, 120'000, 240'000));
  expect_whole();
}

TEST_F(Fetch, GoesOnWhereAFormerRunStopped) {
  options_.progress = [](std::int64_t) { return false; };
  server_.cut = 100'000;
  EXPECT_THAT(problem(download()), HasSubstr("stopped"));
  EXPECT_FALSE(fs::exists(to_.path / "set"));
  to_.put("set.tar.gz.part", server_.content.substr(0, 100'000));
  options_.progress = {};
  server_.cut = std::string::npos;
  server_.asked_from.clear();
  ASSERT_EQ(problem(download()), "no error");
  EXPECT_THAT(server_.asked_from, ElementsAre(100'000));
  expect_whole();
}

TEST_F(Fetch, AServerWithoutRangesBeginsAnew) {
  to_.put("set.tar.gz.part", server_.content.substr(0, 100'000));
  server_.ranges = false;
  ASSERT_EQ(problem(download()), "no error");
  expect_whole();
}

TEST_F(Fetch, AServerThatCutsAndCannotGoOnIsGivenUp) {
  server_.ranges = false;
  server_.cut = 100'000;
  EXPECT_NE(problem(download()), "no error");
  EXPECT_LT(server_.asked_from.size(), 20u);
}

TEST_F(Fetch, TheRestOfAnotherFileIsThrownAway) {
  to_.put("set.tar.gz.part", std::string(100'000, 'x'));
  ASSERT_EQ(problem(download()), "no error");
  EXPECT_THAT(server_.asked_from, ElementsAre(100'000, 0));
  expect_whole();
}

TEST_F(Fetch, OtherBytesAreNotKept) {
  server_.content[1000] ^= 1;
  EXPECT_THAT(problem(download()), HasSubstr("these are not the bytes that were published"));
  Download other = download();
  --other.bytes;
  EXPECT_THAT(problem(other), HasSubstr("these are not the bytes that were published"));
  EXPECT_FALSE(fs::exists(to_.path / "set"));
  EXPECT_FALSE(fs::exists(to_.path / "set.tar.gz.part"));
  other.bytes += 2;
  EXPECT_THAT(problem(other), HasSubstr("were published"));
  EXPECT_FALSE(fs::exists(to_.path / "set"));
}

TEST_F(Fetch, AServerThatFailsForAWhileIsAskedAgain) {
  server_.failures = 3;
  ASSERT_EQ(problem(download()), "no error");
  expect_whole();
}

TEST_F(Fetch, WhatIsNotThereIsSaid) {
  server_.missing = true;
  EXPECT_THAT(problem(download()), HasSubstr("404"));
  EXPECT_THAT(server_.asked_from, SizeIs(1));
  server_.missing = false;
  server_.failures = 1000;
  EXPECT_THAT(problem(download()), HasSubstr("503"));
  options_.from = (to_.path / "none.tar.gz").string();
  EXPECT_THAT(problem(download()), HasSubstr("none.tar.gz"));
  options_.from = "ftp://127.0.0.1/x";
  EXPECT_THAT(problem(download()), HasSubstr("rotocol"));
  EXPECT_FALSE(fs::exists(to_.path / "set"));
}

TEST_F(Fetch, AFullDiskIsSaidAtOnce) {
  fs::create_symlink("/dev/full", to_.path / "set.tar.gz.part");
  options_.wait_seconds = 1000;
  EXPECT_THAT(problem(download()), HasSubstr("free some space"));
  EXPECT_FALSE(fs::exists(to_.path / "set"));
}

TEST_F(Fetch, AFileOfThisMachineServesAsWell) {
  const fs::path odd = files_.path / "odd #1 name%.tar.gz";
  fs::copy_file(files_.path / "set.tar.gz", odd);
  options_.from = odd.string();
  ASSERT_EQ(problem(download()), "no error");
  EXPECT_THAT(server_.asked_from, SizeIs(0));
  expect_whole();
}

TEST(Downloads, EachLineIsComplete) {
  for (const Download& download : downloads()) {
    EXPECT_THAT(download.url, testing::StartsWith("https://"));
    EXPECT_THAT(std::string(download.sha256), SizeIs(64));
    EXPECT_GT(download.bytes, 0);
    EXPECT_EQ(find_download(download.name)->url, std::string(download.url));
  }
  EXPECT_THAT(find_download("cifar").error().message(), HasSubstr("cifar10"));
}

}  // namespace
}  // namespace dlis
