// The store keeps what it was given: across reopening, SIGKILL, a second process and a full disk.
#include "dlis/explore/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>
#include <set>

#include "dlis/base/limits.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dlis_store_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    file_ = folder_ / "run.db";
  }
  void TearDown() override { fs::remove_all(folder_); }
  void sql(const std::string& statement) {
    SQLite::Database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(statement);
  }
  std::string open_error() {
    auto store = Store::open(file_);
    return store ? "opened" : store.error().message();
  }
  fs::path folder_, file_;
};

Record numbered(int i) {
  Record record;
  record.set("stack", fmt::format("stack {}", i));
  record.set("threads", std::int64_t(i));
  record.set("median_ms", i * 0.5);
  record.set("commit", "abc");
  return record;
}
std::string key_of(int i) { return fmt::format("key {}", i); }

TEST_F(StoreTest, GivesBackWhatItWasGiven) {
  {
    auto store = Store::open(file_);
    ASSERT_TRUE(store) << store.error().message();
    EXPECT_FALSE(*store->has(key_of(1)));
    for (int i : {3, 1, 2}) ASSERT_TRUE(store->put(key_of(i), numbered(i)));
  }
  auto store = Store::open_existing(file_);
  ASSERT_TRUE(store) << store.error().message();
  EXPECT_TRUE(*store->has(key_of(1)));
  EXPECT_FALSE(*store->has(key_of(4)));
  EXPECT_THAT(*store->all(), testing::ElementsAre(numbered(3), numbered(1), numbered(2)));
}

TEST_F(StoreTest, TheFirstRecordOfAKeyStays) {
  auto store = Store::open(file_);
  ASSERT_TRUE(store->put("key", numbered(1)));
  ASSERT_TRUE(store->put("key", numbered(2)));
  EXPECT_THAT(*store->all(), testing::ElementsAre(numbered(1)));
}

TEST_F(StoreTest, KeepsTheLastAnswer) {
  auto store = Store::open(file_);
  ASSERT_TRUE(store->put_answer({}));
  EXPECT_EQ(store->answer()->text, "");
  ASSERT_TRUE(store->put_answer({7, "Ship 7."}));
  ASSERT_TRUE(store->put_answer({0, "no stack keeps it"}));
  EXPECT_EQ(store->answer()->text, "no stack keeps it");
  ASSERT_TRUE(store->put_answer({3, "Ship 3."}));
  const auto again = Store::open_existing(file_);
  EXPECT_EQ(again->answer()->number, 3u);
  EXPECT_EQ(again->answer()->text, "Ship 3.");
  ASSERT_TRUE(store->put_answer({}));
  EXPECT_EQ(again->answer()->text, "");
}

TEST_F(StoreTest, RefusesWhatIsNoStore) {
  std::ofstream(file_) << std::string(4096, 'x');
  EXPECT_THAT(open_error(), HasSubstr("not a database"));
  fs::remove(file_);
  sql("CREATE TABLE records (stack TEXT)");
  EXPECT_THAT(open_error(), HasSubstr("not a store of dlis"));
  EXPECT_THAT(Store::open(folder_).error().message(), HasSubstr("this is a folder, not a store"));
  EXPECT_THAT(Store::open(folder_ / "none" / "run.db").error().message(),
              HasSubstr("cannot be opened"));
  EXPECT_THAT(Store::open_existing(folder_ / "none.db").error().message(),
              HasSubstr("no such file"));
  EXPECT_FALSE(fs::exists(folder_ / "none.db"));
}

// Each of these would make reading run what the file says: a view may count for ever.
TEST_F(StoreTest, RefusesWhatWouldRun) {
  const std::string endless =
      "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n";
  for (const std::string& odd :
       {"DROP TABLE records; CREATE VIEW records AS " + endless,
        std::string("CREATE TRIGGER t AFTER INSERT ON records BEGIN DELETE FROM records; END"),
        std::string("CREATE VIRTUAL TABLE v USING fts5(x)"),
        std::string("CREATE INDEX i ON records (key)"),
        std::string("ALTER TABLE records ADD COLUMN g AS (zeroblob(1000000000))")}) {
    fs::remove(file_);
    ASSERT_TRUE(Store::open(file_));
    sql(odd);
    EXPECT_THAT(open_error(), HasSubstr("more than tables of records")) << odd;
    EXPECT_FALSE(Store::open_existing(file_)) << odd;
  }
}

TEST_F(StoreTest, RefusesTextThatIsTooLong) {
  ASSERT_TRUE(Store::open(file_)->put(key_of(1), numbered(1)));
  sql(fmt::format("UPDATE records SET stack = zeroblob({})", kMostTextBytes + 1));
  EXPECT_FALSE(Store::open_existing(file_)->all());
}

TEST_F(StoreTest, RefusesAnotherVersion) {
  ASSERT_TRUE(Store::open(file_));
  sql("PRAGMA user_version = 99");
  EXPECT_THAT(open_error(), HasSubstr("version 99, this dlis has version 1"));
  EXPECT_THAT(Store::open_existing(file_).error().message(), HasSubstr("version 99"));
}

TEST_F(StoreTest, AStoreOfADlisWithFewerFieldsIsReadAndContinued) {
  ASSERT_TRUE(Store::open(file_)->put(key_of(1), numbered(1)));
  for (const char* later : {"layers", "commit"})
    sql(fmt::format("ALTER TABLE records DROP COLUMN \"{}\"", later));
  Record without = numbered(1);
  without.set("commit", {});
  EXPECT_THAT(*Store::open_existing(file_)->all(), testing::ElementsAre(without));
  auto store = Store::open(file_);
  ASSERT_TRUE(store) << store.error().message();
  ASSERT_TRUE(store->put(key_of(2), numbered(2)));
  EXPECT_THAT(*store->all(), testing::ElementsAre(without, numbered(2)));
}

TEST_F(StoreTest, IsReadFromAReadOnlyDisk) {
  const fs::path disk = folder_ / "a disk?#%";
  fs::create_directory(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, nullptr) != 0)
    GTEST_SKIP() << "mounting a disk needs root";
  ASSERT_TRUE(Store::open(disk / "run.db")->put(key_of(1), numbered(1)));
  const auto read = [&]() -> Result<std::vector<Record>> {
    Store store = DLIS_TRY(Store::open_existing(disk / "run.db"));
    return store.all();
  };
  ASSERT_EQ(mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
  const auto records = read();
  EXPECT_TRUE(records && *records == std::vector{numbered(1)});

  // With records in the log it cannot give all, and says so.
  ASSERT_EQ(mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, nullptr), 0);
  std::ofstream(disk / "run.db-wal") << std::string(64, 'x');
  ASSERT_EQ(mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
  EXPECT_THAT(read().error().message(), HasSubstr("copy both files"));
  umount2(disk.c_str(), MNT_DETACH);
}

TEST_F(StoreTest, TwoProcessesMayShareIt) {
  auto first = Store::open(file_), second = Store::open(file_);
  ASSERT_TRUE(first->put(key_of(1), numbered(1)));
  EXPECT_TRUE(*second->has(key_of(1)));
  ASSERT_TRUE(second->put(key_of(2), numbered(2)));
  EXPECT_EQ(first->all()->size(), 2u);
}

TEST_F(StoreTest, SaysThatTheDiskTakesNoMore) {
  // A limit on the file's size stands in for a full disk; it holds for a child only.
  ASSERT_TRUE(Store::open(file_));
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{64 << 10, 64 << 10};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto store = Store::open(file_);
    Status status;
    for (int i = 0; store && status && i < 1000; ++i) status = store->put(key_of(i), numbered(i));
    const bool told = !status && status.error().message().find("disk") != std::string::npos;
    _exit(told ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(Store::open(file_));
}

// The child reports each key once `put` has returned, and starts behind the last one in the store.
[[noreturn]] void write_until_killed(const fs::path& file, int report) {
  auto store = Store::open(file);
  if (!store) _exit(1);
  for (int i = 0;; ++i) {
    if (*store->has(key_of(i))) continue;
    if (!store->put(key_of(i), numbered(i))) _exit(1);
    if (write(report, &i, sizeof i) != sizeof i) _exit(1);
  }
}

TEST_F(StoreTest, SigkillAtAnyMomentLosesAndDoublesNothing) {
  std::mt19937 random(20240607);
  std::set<int> finished;
  for (int round = 0; round < 25 || (finished.size() <= 10 && round < 500); ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) write_until_killed(file_, ends[1]);
    close(ends[1]);
    usleep(std::uniform_int_distribution(0, 30'000)(random));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    for (int i; read(ends[0], &i, sizeof i) == sizeof i;) finished.insert(i);
    close(ends[0]);

    auto store = Store::open(file_);
    ASSERT_TRUE(store) << store.error().message();
    const auto records = *store->all();
    for (int i : finished) ASSERT_TRUE(*store->has(key_of(i))) << i << " was lost";
    // Killed between `put` and the report, a round may leave one record more than it told of.
    for (std::size_t i = 0; i < records.size(); ++i) {
      ASSERT_EQ(records[i], numbered(int(i)));
      finished.insert(int(i));
    }
    ASSERT_EQ(records.size(), finished.size());
  }
  EXPECT_GT(finished.size(), 10u);
}

}  // namespace
}  // namespace dlis
