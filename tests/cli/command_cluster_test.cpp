// `dlis explore --executor slurm` and the `dlis evaluate --key` of its tasks, on a Slurm of
// scripts.
#include "command.h"
#include "dlis/dlis.h"
#include "dlis/explore/fake_slurm.h"

namespace dlis::test {
namespace {

using testing::HasSubstr;

class Cluster : public CommandTest {
 protected:
  std::vector<std::string> explore(const std::string& store) const {
    return {"explore",   kNetwork.string(),
            "--format",  "dense,int8,csr",
            "--compute", "indirect_gemm",
            "--batch",   "2",
            "--shape",   "input=2x3x32x32",
            "--memory",  "64M",
            "--seconds", "0.02",
            "--data",    kImages + "?limit=6",
            "-o",        store};
  }
  std::vector<std::string> on_slurm() const {
    auto words = explore("slurm.db");
    for (const char* word : {"--executor", "slurm", "--poll", "0.1", "--patience", "0.5"})
      words.push_back(word);
    return words;
  }
  // Stack, accuracy and refusal of every record.
  std::vector<std::string> table(const std::string& store) const {
    std::vector<std::string> lines;
    const auto opened = Store::open_existing(folder_ / store).value();
    const std::vector<Record> records = opened.all().value();
    for (const Record& record : records)
      lines.push_back(fmt::format("{} {} {}", record.text("stack"),
                                  record.number("top1").value_or(-1), record.text("refused")));
    std::sort(lines.begin(), lines.end());
    return lines;
  }
};

TEST_F(Cluster, LeavesTheStoreOfALocalRun) {
  const FakeSlurm slurm;
  ASSERT_EQ(run(explore("local.db")).status, 0);
  const Outcome outcome = run(on_slurm());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(table("slurm.db").size(), 3u);
  EXPECT_EQ(table("slurm.db"), table("local.db"));
  EXPECT_FALSE(fs::exists(folder_ / "slurm.db.jobs"));
  EXPECT_THAT(run(on_slurm()).err, HasSubstr("3 of them measured before"));
}

TEST_F(Cluster, SaysWhatIsMissing) {
  auto elsewhere = on_slurm();
  const Outcome outcome = run(elsewhere, {{"PATH", "/nowhere"}});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("dlis: " + lacking(slurm_capability).message()));
  *std::find(elsewhere.begin(), elsewhere.end(), "slurm") = "slrm";
  const Outcome unknown = run(elsewhere);
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean slurm"));
}

TEST_F(Cluster, AKeyIsAnsweredOnce) {
  const auto evaluate = [](const std::string& key) {
    return std::vector<std::string>{"evaluate",  "resnet20 | none | dense | indirect_gemm | cpu",
                                    "--seconds", "0.02",
                                    "-o",        "r.json",
                                    "--key",     key};
  };
  const Outcome other = run(evaluate("abc"));
  EXPECT_EQ(other.status, 1);
  const std::string before = "--key abc: here the key is ";
  ASSERT_THAT(other.err, HasSubstr(before));
  EXPECT_FALSE(fs::exists(folder_ / "r.json"));
  const std::string key = other.err.substr(other.err.find(before) + before.size(), 32);

  write("r.json", "{\"key\":\"" + key.substr(0, 5));  // no record: made anew
  ASSERT_EQ(run(evaluate(key)).status, 0);
  ASSERT_TRUE(read_record_file(folder_ / "r.json", key));
  const std::string made = contents(folder_ / "r.json");
  ASSERT_EQ(run(evaluate(key)).status, 0);
  EXPECT_EQ(contents(folder_ / "r.json"), made);
}

}  // namespace
}  // namespace dlis::test
