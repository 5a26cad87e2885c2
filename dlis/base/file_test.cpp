// Tests reading and writing of whole files, with everything that can go wrong.
#include "dlis/base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace dlis {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class File : public testing::Test {
 protected:
  File() : folder_(fs::temp_directory_path() / ("dlis_file_test_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~File() override { fs::remove_all(folder_); }

  std::string text_in(const fs::path& file) const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  int entries() const { return int(std::distance(fs::directory_iterator(folder_), {})); }

  fs::path folder_;
};

TEST_F(File, RoundTrip) {
  std::string text = "abc";
  text += '\0';
  text += std::string(100000, '\xff');
  ASSERT_TRUE(write_file_atomic(folder_ / "a", text));
  const auto buffer = read_file(folder_ / "a");
  ASSERT_TRUE(buffer) << buffer.error().message();
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(buffer->data()), buffer->size()), text);
  EXPECT_EQ(read_text(folder_ / "a").value(), text);
  EXPECT_EQ(entries(), 1);
}

TEST_F(File, ReadingSaysWhatIsWrong) {
  EXPECT_EQ(read_file(folder_ / "none").error().message(),
            (folder_ / "none").string() + ": there is no such file; check the path");
  EXPECT_THAT(read_file(folder_).error().message(), HasSubstr("this is a folder"));
  ASSERT_TRUE(write_file_atomic(folder_ / "empty", ""));
  EXPECT_THAT(read_file(folder_ / "empty").error().message(), HasSubstr("the file is empty"));
  EXPECT_THAT(read_file(folder_ / "empty" / "x").error().message(), HasSubstr("not a folder"));
  EXPECT_THAT(read_file("/dev/zero").error().message(), HasSubstr("not a regular file"));
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(read_file(folder_ / "pipe").error().message(), HasSubstr("not a regular file"));
  EXPECT_THAT(read_file(std::string(5000, 'x')).error().message(), HasSubstr("too long"));
}

TEST_F(File, LargerThanMemoryIsRefusedBeforeReading) {
  std::ofstream(folder_ / "sparse") << "x";
  std::error_code error;
  fs::resize_file(folder_ / "sparse", std::uintmax_t(1) << 42, error);
  if (error) GTEST_SKIP() << "no files of this size here: " << error.message();
  EXPECT_THAT(read_file(folder_ / "sparse").error().message(),
              HasSubstr("4.00 TiB, more than the memory"));
}

// Root may do everything, so a test that runs as root acts as nobody meanwhile.
TEST_F(File, NoPermission) {
  ASSERT_TRUE(write_file_atomic(folder_ / "a", "x"));
  ::chmod((folder_ / "a").c_str(), 0);
  ::chmod(folder_.c_str(), 0555);
  const uid_t user = ::geteuid();
  if (user == 0) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const auto text = read_file(folder_ / "a");
  const auto written = write_file_atomic(folder_ / "b", "x");
  ASSERT_EQ(::seteuid(user), 0);
  ::chmod(folder_.c_str(), 0700);
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message(), HasSubstr("no permission to read"));
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message(), HasSubstr("no permission to write"));
}

TEST_F(File, TextOfFilesWithoutASize) {
  EXPECT_THAT(read_text("/proc/self/status").value(), HasSubstr("VmRSS"));
  ASSERT_TRUE(write_file_atomic(folder_ / "empty", ""));
  EXPECT_EQ(read_text(folder_ / "empty").value(), "");
  ASSERT_TRUE(write_file_atomic(folder_ / "a", std::string(5000, 'x')));
  EXPECT_EQ(read_text(folder_ / "a", 5000).value().size(), 5000u);
  EXPECT_THAT(read_text(folder_ / "a", 4999).error().message(), HasSubstr("has more than"));
  EXPECT_THAT(read_text("/dev/zero", 10000).error().message(), HasSubstr("has more than"));
}

TEST_F(File, WritingReplacesAndKeepsTheMode) {
  ASSERT_TRUE(write_file_atomic(folder_ / "a", "first"));
  ::chmod((folder_ / "a").c_str(), 0640);
  ASSERT_TRUE(write_file_atomic(folder_ / "a", "second"));
  EXPECT_EQ(text_in(folder_ / "a"), "second");
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / "a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0640u);
}

TEST_F(File, WritingFollowsLinks) {
  fs::create_directory(folder_ / "there");
  ASSERT_TRUE(write_file_atomic(folder_ / "there" / "a", "first"));
  fs::create_symlink("there/a", folder_ / "link");
  ASSERT_TRUE(write_file_atomic(folder_ / "link", "second"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(text_in(folder_ / "there" / "a"), "second");
}

TEST_F(File, WritingSaysWhatIsWrong) {
  EXPECT_THAT(write_file_atomic(folder_ / "no" / "a", "x").error().message(),
              HasSubstr("there is no such folder; make it first"));
  EXPECT_THAT(write_file_atomic(folder_, "x").error().message(), HasSubstr("this is a folder"));
  EXPECT_THAT(check_writable(folder_).error().message(), HasSubstr("this is a folder"));
  EXPECT_THAT(write_file_atomic("/dev/full", "x").error().message(), HasSubstr("the disk is full"));
  EXPECT_TRUE(write_file_atomic("/dev/null", "x"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

// A file size limit fails in the middle of the write, as a full disk does.
TEST_F(File, AFailedWriteLeavesNothingAndTheOldFile) {
  ASSERT_TRUE(write_file_atomic(folder_ / "a", "old"));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 10000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status written = write_file_atomic(folder_ / "a", std::string(20000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(written);
  EXPECT_EQ(text_in(folder_ / "a"), "old");
  EXPECT_EQ(entries(), 1);
}

// The signal of the limit kills the child in the middle of the write.
TEST_F(File, AKilledWriteLeavesNothingAndTheOldFile) {
  ASSERT_TRUE(write_file_atomic(folder_ / "a", "old"));
  if (const int probe = ::open(folder_.c_str(), O_WRONLY | O_TMPFILE, 0600); probe >= 0)
    ::close(probe);
  else
    GTEST_SKIP() << "this file system has no files without a name";
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit small{10000, 10000}, no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::setrlimit(RLIMIT_FSIZE, &small);
    std::signal(SIGXFSZ, SIG_DFL);
    (void)write_file_atomic(folder_ / "a", std::string(20000, 'x'));
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(text_in(folder_ / "a"), "old");
  EXPECT_EQ(entries(), 1);
}

TEST_F(File, PiecesAreWrittenOneAfterAnother) {
  const std::span<const std::byte> pieces[] = {bytes_of("one "), {}, bytes_of("two")};
  ASSERT_TRUE(write_file_atomic(folder_ / "a", pieces));
  EXPECT_EQ(text_in(folder_ / "a"), "one two");
}

TEST_F(File, AMappedFileStaysWhatItIs) {
  ASSERT_TRUE(write_file_atomic(folder_ / "a", std::string_view("old")));
  const auto mapped = map_file(folder_ / "a");
  ASSERT_TRUE(mapped);
  ASSERT_TRUE(write_file_atomic(folder_ / "a", std::string_view("newer")));
  EXPECT_EQ(std::memcmp(mapped->bytes.data(), "old", 3), 0);
  EXPECT_EQ(mapped->bytes.size(), 3u);
  EXPECT_EQ(std::uintptr_t(mapped->bytes.data()) % kAlignment, 0u);
  EXPECT_FALSE(map_file(folder_));
  EXPECT_FALSE(map_file(folder_ / "none"));
  ASSERT_TRUE(write_file_atomic(folder_ / "empty", std::string_view()));
  EXPECT_FALSE(map_file(folder_ / "empty"));
}

}  // namespace
}  // namespace dlis
