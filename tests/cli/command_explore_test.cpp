// `dlis explore` from end to end: resumed after SIGKILL and SIGINT, refusals kept, reports.
#include <sys/mount.h>

#include <random>
#include <set>

#include "command.h"
#include "dlis/dlis.h"
#include "tests/data_folder.h"

namespace dlis::test {
namespace {

using testing::HasSubstr;

class Explore : public CommandTest {
 protected:
  // 12 stacks, of which those with sparse_direct and dense weights are refused.
  std::vector<std::string> arguments(const std::string& store = "run.db") const {
    return {"explore",    kNetwork.string(),
            "--compress", "none,weight_prune:zeros=0.9",
            "--format",   "dense,csr",
            "--compute",  "indirect_gemm,sparse_direct,reference",
            "--data",     kImages + "?limit=6",
            "--seconds",  "0.02",
            "-o",         store};
  }
  std::vector<Record> records(const std::string& store = "run.db") const {
    const auto opened = Store::open_existing(folder_ / store);
    if (!opened) return {};
    return opened->all().value();
  }
  static std::set<std::string> stacks_in(const std::vector<Record>& records) {
    std::set<std::string> stacks;
    for (const Record& record : records) stacks.insert(record.text("stack"));
    return stacks;
  }
};

using SlowExplore = Explore;

TEST_F(SlowExplore, SigkillAtRandomMomentsLosesAndRepeatsNothing) {
  std::mt19937 random(7);
  std::vector<Record> before;
  for (int round = 0; round < 6; ++round) {
    const pid_t child = start(arguments());
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + random() % 900));
    kill(child, SIGKILL);
    finish(child);
    if (!fs::exists(folder_ / "run.db")) continue;
    const auto now = records();
    ASSERT_GE(now.size(), before.size());
    // What was there stays as it was: nothing is lost, measured again or written twice.
    EXPECT_TRUE(std::equal(before.begin(), before.end(), now.begin()));
    EXPECT_EQ(stacks_in(now).size(), now.size());
    before = now;
  }
  const Outcome outcome = run(arguments());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(records().size(), 12u);
  EXPECT_EQ(stacks_in(records()).size(), 12u);
  const Outcome again = run(arguments());
  EXPECT_THAT(again.err, HasSubstr("12 stacks, 12 of them measured before"));
  EXPECT_EQ(again.out, outcome.out);
}

TEST_F(Explore, RecordsRefusalsAndReports) {
  const Outcome outcome = run(arguments());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  std::map<std::string, std::set<double>> accuracies;
  int refused = 0;
  for (const Record& record : records()) {
    refused += record.refused();
    if (record.refused())
      EXPECT_FALSE(record.number("median_ms"));
    else
      accuracies[record.text("compress")].insert(*record.number("top1"));
  }
  EXPECT_GT(refused, 0);
  EXPECT_EQ(accuracies.size(), 2u);
  EXPECT_THAT(outcome.out, HasSubstr("refused: "));
  EXPECT_THAT(outcome.out, HasSubstr("Ship `"));
  EXPECT_EQ(run({"report", "run.db"}).out, outcome.out);

  write("run.html", "<!DOCTYPE html> an old page");
  const Outcome page = run({"report", "run.db", "-o", "run.html"});
  EXPECT_EQ(page.status, 0) << page.err;
  EXPECT_EQ(page.out, "");
  EXPECT_THAT(contents(folder_ / "run.html"), testing::StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(contents(folder_ / "run.html"), HasSubstr("dlis evaluate &#39;"));
  expect_failure({"report", "run.db", "-o", "none/run.html"}, "none");

  EXPECT_EQ(run({"report", "run.db", "--csv", "run.csv"}).status, 0);
  const std::string csv = contents(folder_ / "run.csv");
  EXPECT_EQ(lines_in(csv), 13u);
  EXPECT_THAT(csv, testing::StartsWith(csv_header() + "\n"));
  EXPECT_EQ(run({"report", "run.db", "--csv", "-"}).out, csv);
  std::istringstream lines(run({"report", "run.db", "--json"}).out);
  std::vector<Record> read;
  for (std::string line; std::getline(lines, line);) read.push_back(record_from_json(line).value());
  EXPECT_EQ(read, records());
}

TEST_F(Explore, ConstraintsDecideTheAnswerAndTheStatus) {
  std::vector<std::string> given{"explore",     kNetwork.string(),
                                 "--compress",  "none,weight_prune:zeros=0.2",
                                 "--data",      kImages + "?limit=6",
                                 "--seconds",   "0.02",
                                 "-o",          "run.db",
                                 "--max-bytes", "1G",
                                 "--min-top1",  "1"};
  const Outcome met = run(given);
  ASSERT_EQ(met.status, 0) << met.err;
  EXPECT_THAT(met.out, HasSubstr("stacks that keep --min-top1 1 and --max-bytes 1G"));
  EXPECT_THAT(met.out, HasSubstr("\nRunner-up `"));
  EXPECT_EQ(run({"report", "run.db"}).out, met.out);
  given.back() = "100";
  given.insert(given.end(), {"--max-ms", "0.0001"});
  const Outcome missed = run(given);
  EXPECT_EQ(missed.status, 1);
  EXPECT_THAT(missed.out, HasSubstr("median ms"));
  EXPECT_THAT(missed.err, HasSubstr("no stack keeps --min-top1 100, --max-ms 0.0001 and"));
  EXPECT_THAT(missed.err, HasSubstr("misses --max-ms 0.0001 by"));
  EXPECT_THAT(run({"report", "run.db"}).out, HasSubstr("no stack keeps --min-top1 100"));
  expect_failure({"export", "run.db", "-o", "ship"}, "no stack keeps --min-top1 100");
  given.back() = "-3";
  expect_failure(given, "a bound is more than 0");
  for (const Record& record : records())
    EXPECT_GT(record.number("file_bytes").value_or(0), 100'000) << to_json(record);
}

TEST_F(Explore, ABudgetSearchesAndGoesOnWithoutMeasuringAgain) {
  std::vector<std::string> given{"explore",    kNetwork.string(),
                                 "--compress", "none,weight_prune:zeros=0.5",
                                 "--format",   "dense,csr",
                                 "--data",     kImages + "?limit=20",
                                 "--seconds",  "0.02",
                                 "--min-top1", "50",
                                 "--budget",   "2m"};
  const Outcome first = run(given);
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("the records are in resnet20_cifar10.db"));
  EXPECT_THAT(first.err, HasSubstr("8 stacks: "));
  EXPECT_THAT(first.out, HasSubstr("Ship `"));
  EXPECT_THAT(first.out, HasSubstr("that keep"));
  const auto stored = records("resnet20_cifar10.db");
  ASSERT_FALSE(stored.empty());
  EXPECT_THAT(stored[0].text("refused") + stored[0].text("stack"),
              testing::Not(testing::IsEmpty()));
  const Outcome again = run(given);
  EXPECT_EQ(again.out, first.out);
  EXPECT_EQ(records("resnet20_cifar10.db"), stored);
  given.back() = "soon";
  expect_failure(given, "'soon' is no time to spend");
}

TEST_F(Explore, ANetworkThatARecipeMadeOfThisOneIsACandidate) {
  fs::create_directories(folder_ / "zoo");
  const Outcome made = run({"compress", kNetwork.string(), "--compress", "weight_prune:zeros=0.4",
                            "-o", "zoo/small.onnx.gz"});
  ASSERT_EQ(made.status, 0) << made.err;
  fs::copy_file(folder_ / "zoo/small.onnx.gz", folder_ / "zoo/other.onnx.gz");
  write("recipes/small.txt",
        "model = " + kNetwork.string() + "\ncompress = weight_prune:zeros=0.4\n");
  write("recipes/other.txt", "model = resnet20\ncompress = weight_prune:zeros=0.4\n");
  write("recipes/broken.txt", "model\n");
  const auto objects =
      this->objects({"explore", kNetwork.string(), "--format", "dense", "--threads", "1", "--data",
                     kImages + "?limit=20", "--seconds", "0.02", "--max-bytes", "1G", "--budget",
                     "1m", "--zoo", ".", "--json", "-o", "run.db"});
  std::set<std::string> artifacts;
  for (const auto& object : objects) {
    EXPECT_THAT(object["model"].dump(), testing::Not(HasSubstr("other")));
    if (object["artifact"].is_string()) artifacts.insert(object["artifact"].get<std::string>());
  }
  EXPECT_THAT(artifacts,
              testing::ElementsAre("made by ./recipes/small.txt (weight_prune:zeros=0.4), whose "
                                   "retraining was paid before this search"));
}

TEST_F(Explore, InterruptEndsCleanlyAndSaysHowToGoOn) {
  auto longer = arguments();
  *std::find(longer.begin(), longer.end(), "0.02") = "2";
  const pid_t child = start(longer);
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  kill(child, SIGINT);
  const Outcome outcome = finish(child);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("of 12 stacks finished; run the same command"));
  EXPECT_EQ(outcome.out, "");
  EXPECT_LT(records().size(), 12u);
}

TEST_F(Explore, WhatIsWrongFromTheStartLeavesNoStore) {
  const std::string network = kNetwork.string(), none = "none.onnx | none | auto | auto | cpu";
  expect_failure({"explore", "none.onnx", "-o", "run.db"}, "no such file");
  expect_failure({"explore", "--stack", none, "-o", "run.db"}, "no such file");
  expect_failure({"explore", network, "--budget", "1m", "--compress", "none", "--data",
                  "cifar10:none", "-o", "run.db"},
                 "none");
  expect_failure({"explore", network, "--target", "local:true", "-o", "run.db"}, "no dlis-run");
  expect_failure({"explore", "--stack", none, "--format", "csr", "-o", "run.db"},
                 "--format: a whole stack has its own choice");
  for (const auto& file : fs::directory_iterator(folder_))
    EXPECT_THAT(file.path().filename().string(), testing::Not(HasSubstr("run."))) << file.path();
}

TEST_F(Explore, WhereEveryStackIsRefusedItHasFailed) {
  std::vector<std::string> given{"explore", "--seconds", "0.01", "-o", "run.db"};
  for (const char* row : {"sparse_direct", "depthwise"}) {
    given.insert(given.end(),
                 {"--stack", kNetwork.string() + " | none | dense | " + row + " | cpu"});
    const Outcome outcome = run(given);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.out, HasSubstr("refused"));
    EXPECT_THAT(outcome.err, HasSubstr("refused: no layer accepts"));
  }
  EXPECT_EQ(records().size(), 2u);
}

TEST_F(Explore, AStoreOfAnotherVersionIsLeftAlone) {
  { ASSERT_TRUE(Store::open(folder_ / "run.db")); }
  std::string bytes = contents(folder_ / "run.db");
  ASSERT_GT(bytes.size(), 64u);
  bytes[63] = 99;  // the last byte of user_version in the header of SQLite's file format
  write("run.db", bytes);
  expect_failure(arguments(), "version 99");
  expect_failure({"report", "run.db"}, "version 99");
  EXPECT_EQ(contents(folder_ / "run.db"), bytes);
}

TEST_F(Explore, AFullDiskIsOneSentence) {
  const fs::path disk = folder_ / "disk";
  fs::create_directory(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=64k") != 0)
    GTEST_SKIP() << "mounting a small disk needs root";
  const Outcome outcome = run(arguments("disk/run.db"));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("dlis: disk/run.db: the disk is full"));
  EXPECT_THAT(outcome.err, testing::EndsWith("finished records are kept\n"));
  EXPECT_LT(records("disk/run.db").size(), 12u);
  umount2(disk.c_str(), MNT_DETACH);
}

// So that a search finds what a recipe made of a network, wherever that lies.
TEST(Recipes, NameTheContentOfTheirNetworks) {
  const fs::path models = data_folder("models");
  if (!fs::exists(models)) GTEST_SKIP() << "there is no " << models << ": set DLIS_DATA";
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::directory_iterator(fs::path(DLIS_SOURCE_DIR) / "recipes")) {
    if (entry.path().extension() != ".txt") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const auto text = read_text(entry.path()).value();
    const Recipe recipe =
        parse_recipe(text, entry.path().string(), models.parent_path().string()).value();
    if (recipe.content.empty() || !fs::exists(recipe.model)) continue;
    std::string& content = contents[recipe.model];
    if (content.empty()) content = content_hash(load_model(recipe.model, {}).value());
    EXPECT_EQ(recipe.content, content);
  }
  EXPECT_EQ(contents.size(), 5u);
}

}  // namespace
}  // namespace dlis::test
