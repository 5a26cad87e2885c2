// `dlis ... --target` from end to end: a dlis-run beside, one over ssh, one under QEMU, an Android
// device that a script plays; links that are cut at random moments.
#include <sys/stat.h>

#include <cstdlib>
#include <random>
#include <set>

#include "dlis/dlis.h"
#include "png_bytes.h"
#include "target_machines.h"

namespace dlis::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Environment = std::vector<std::pair<std::string, std::string>>;

const std::string kLocal = "local:" DLIS_RUN_COMMAND;

// The layers of a record; their times are of another run.
std::string layers_without_times(const Record& record) {
  if (record.refused()) return "";
  auto layers = layers_from_json(record.text("layers")).value();
  for (LayerCost& layer : layers) {
    EXPECT_GT(layer.ms, 0) << layer.name;
    layer.ms = 0;
  }
  EXPECT_FALSE(layers.empty());
  return to_json(layers);
}

class Targets : public CommandTest {
 protected:
  // 4 stacks that run and 4 that are refused; what they choose and answer does not depend on times.
  std::vector<std::string> explore(const std::string& target, const std::string& store) const {
    std::vector<std::string> all{"explore",    kNetwork.string(),
                                 "--compress", "none,weight_prune:zeros=0.8",
                                 "--format",   "dense,csr",
                                 "--compute",  "indirect_gemm,sparse_direct",
                                 "--data",     kImages + "?limit=40",
                                 "--seconds",  "0.02",
                                 "-o",         store};
    if (!target.empty()) all.insert(all.end(), {"--target", target});
    if (target.starts_with("ssh")) all.insert(all.end(), {"--runner", DLIS_RUN_COMMAND});
    return all;
  }
  std::vector<Record> records(const std::string& store) const {
    const auto opened = Store::open_existing(folder_ / store);
    return opened ? opened->all().value() : std::vector<Record>();
  }
  // All that is the same whenever it is measured, by stack.
  static std::map<std::string, Record> table(const std::vector<Record>& records) {
    std::map<std::string, Record> rows;
    for (Record record : records) {
      for (const char* time : {"median_ms", "p10_ms", "p90_ms", "runs", "first_ms", "load_ms",
                               "pack_ms", "energy_mj", "machine", "command"})
        record.values.erase(time);
      record.set("layers", layers_without_times(record));
      EXPECT_TRUE(rows.emplace(record.text("stack"), record).second) << record.text("stack");
    }
    return rows;
  }
  Record evaluated(const std::vector<std::string>& more, const Environment& environment = {}) {
    std::vector<std::string> all{"evaluate",
                                 kNetwork.string() + " | none | dense | indirect_gemm | cpu:1",
                                 "--seconds", "0.02"};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome outcome = run(all, environment);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const auto record = record_from_json(outcome.out);
    EXPECT_TRUE(record) << outcome.out;
    return record ? *record : Record();
  }
};

TEST_F(Targets, MeasureWhatThisMachineDoes) {
  ASSERT_EQ(run(explore("", "here.db")).status, 0);
  const Outcome outcome = run(explore(kLocal, "there.db"));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  auto here = table(records("here.db"));
  const auto there = table(records("there.db"));
  ASSERT_EQ(there.size(), 8u);
  for (const auto& [stack, record] : there) {
    SCOPED_TRACE(stack);
    EXPECT_EQ(here[stack].text("refused"), record.text("refused"));
    for (const char* field : {"top1", "top1_before", "top1_surgery", "weights_bytes", "peak_bytes",
                              "macs", "density", "images", "split", "file_bytes"})
      EXPECT_EQ(here[stack].number(field), record.number(field)) << field;
    EXPECT_EQ(here[stack].text("layers"), record.text("layers"));
  }
  EXPECT_THAT(run(explore(kLocal, "there.db")).err, HasSubstr("8 of them measured before"));
}

TEST_F(Targets, KeepNoAnswerThatArrived) {
  ASSERT_EQ(run(explore(kLocal, "run.db")).status, 0);
  int models = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "cache/dlis/local")) {
    EXPECT_NE(entry.path().extension(), ".json") << entry.path();
    models += entry.path().extension() == ".dlis";
  }
  EXPECT_EQ(models, 2);  // one a compressed network, whatever its formats
  EXPECT_TRUE(fs::is_empty(folder_ / "cache/dlis/outgoing"));
}

TEST_F(Targets, AnswerAJobOnce) {
  ASSERT_EQ(run({"pack", kNetwork.string(), "-o", "jobs/n.dlis"}).status, 1);  // no such folder
  fs::create_directories(folder_ / "jobs");
  ASSERT_EQ(run({"pack", kNetwork.string(), "-o", "jobs/n.dlis"}).status, 0);
  const std::string job = "measure\tkey=k\tmodel=n.dlis\tcompute=indirect_gemm\tseconds=0.01\n";
  const auto answers = [&](const std::string& lines) {
    write("lines", lines);
    const Outcome outcome = finish(
        start_program({"/bin/sh", "-c", "exec " DLIS_RUN_COMMAND " --jobs jobs <lines"}, "out"));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::vector<std::string> found;
    std::istringstream all(outcome.out);
    for (std::string line; std::getline(all, line);)
      if (line.find("\"phase\"") == std::string::npos) found.push_back(line);
    return found;
  };
  const auto first = answers(job), second = answers(job + "forget\tk\n" + job);
  ASSERT_EQ(first.size(), 2u);
  ASSERT_EQ(second.size(), 4u);
  EXPECT_THAT(first[0], HasSubstr("\"machine\""));
  EXPECT_EQ(first[1], second[1]);
  EXPECT_NE(first[1], second[3]);  // measured again: no two times are the same
  const auto wrong = answers(
      "measure\nmeasure\tkey=a/b\tmodel=n.dlis\nmeasure\tkey=a\tmodel=..\nmeasure\tkey=a\tmodel=x\n"
      "measure\tkey=a\tmodel=n.dlis\tthreads=0\nmeasure\tkey=a\tmodel=n.dlis\tcolour=red\n"
      "measure\tkey=a\tmodel=n.dlis\tseconds=nan\nhas\t../lines\nhas\tnone\nnonsense\n\n"
      "measure\tkey=a\tmodel=n.dlis\tthreads=4294967297\n" +
      std::string(kMostLineBytes + 1, 'm') + "\ncut off");
  ASSERT_EQ(wrong.size(), 14u);
  EXPECT_THAT(wrong[13], HasSubstr("at most 1048576 bytes"));
  for (std::size_t i = 1; i < wrong.size(); ++i)
    EXPECT_THAT(wrong[i], StartsWith(i == 9 ? "{\"bytes\": -1}" : "{\"error\": ")) << i;
}

TEST_F(Targets, SayWhereImagesRan) {
  const Record there = evaluated({"--data", kImages + "?limit=20", "--target", kLocal});
  const Record here =
      evaluated({"--data", kImages + "?limit=20", "--target", kLocal, "--accuracy-here"});
  EXPECT_EQ(there.number("top1"), here.number("top1"));
  EXPECT_EQ(there.text("machine") + "; accuracy on " + machine_text(), here.text("machine"));
  EXPECT_GT(*here.number("median_ms"), 0);
}

TEST_F(Targets, TellAgreementOfImagesWithoutLabels) {
  for (const char* name : {"a", "b", "c"}) write(fmt::format("set/{}.png", name), png(32));
  const Record record = evaluated({"--data", "images:set", "--target", kLocal});
  EXPECT_EQ(record.number("agreement"), 100);
  EXPECT_EQ(record.number("images"), 3);
  EXPECT_FALSE(record.number("top1"));
}

TEST_F(Targets, TellTimesOfLayersToCompression) {
  const Outcome outcome = run({"evaluate",
                               kNetwork.string() + " | channel_prune:latency=0.2:round=8 | dense | "
                                                   "indirect_gemm | cpu:1",
                               "--seconds", "0.02", "--target", kLocal});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto record = record_from_json(outcome.out);
  ASSERT_TRUE(record);
  ASSERT_EQ(record->text("refused"), "");
  EXPECT_LT(*record->number("parameters"), 270e3);  // of 272,474
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(folder_ / "cache/dlis/local"))
    left.insert(entry.path().filename());
  // What was tried is gone: the network, times of rows, the lock.
  EXPECT_EQ(left.size(), 3u) << fmt::format("{}", fmt::join(left, " "));
}

TEST_F(Targets, Bench) {
  const auto lines = objects({"bench", kNetwork.string(), "--target", kLocal, "--seconds", "0.02",
                              "--compute", "indirect_gemm", "--batch", "2", "--json"});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_GT(lines[0]["median_ms"], 0);
  EXPECT_EQ(lines[0]["batch"], 2);
  expect_failure({"bench", "n1h8w8c8 k8r3s3 p1", "--target", kLocal}, "measured on this machine");
}

TEST_F(Targets, ThatAreNoneAreRefused) {
  const std::string stack = kNetwork.string() + " | none | auto | auto | cpu:1";
  for (const char* wrong : {"ssh:", "ssh", "ssh:-oProxyCommand=touch x", "ssh:a b", "adb:-s",
                            "adb:", "adb:a;b", "local:", "telnet:host", ":", ""})
    EXPECT_EQ(run({"evaluate", stack, "--target", wrong}).status, 2) << wrong;
  EXPECT_FALSE(fs::exists(folder_ / "x"));
  expect_failure({"evaluate", stack, "--target", "local:/nowhere/dlis-run"}, "no dlis-run answers");
  expect_failure({"evaluate", stack, "--target", "local:true"}, "no dlis-run answers");
  write("liar", "echo '{\"machine\": \"m\", \"build\": \"b\"}'; while read line; do echo no; done");
  expect_failure({"evaluate", stack, "--target", "local:sh liar"}, "what is no answer: no");
  write("runner", "echo hello");
  expect_failure({"evaluate", stack, "--target", "ssh:host", "--runner", "runner"}, "no program");
  expect_failure({"evaluate", stack, "--target", "ssh:host", "--runner", "nowhere"}, "nowhere");
  expect_failure({"evaluate", stack, "--target", "local:true", "--runner", "runner"}, "--runner");
}

// An `adb` that plays one device: its storage is a folder, its shell this machine's.
TEST_F(Targets, Adb) {
  write("bin/adb",
        "#!/bin/sh\n[ \"$1 $2\" = '-s board-1' ] || { echo \"error: device '$2' not found\" >&2; "
        "exit 1; }\nshift 2\nroot=" +
            folder_.string() +
            "/device\n"
            "place() { echo \"$1\" | sed \"s|/data/local/tmp|$root|g\"; }\n"
            "case $1 in\nshell) exec sh -c \"$(place \"$2\")\" ;;\n"
            "push) cp \"$2\" \"$(place \"$3\")\" && echo \"$2: 1 file pushed\" ;;\n*) exit 1 "
            ";;\nesac\n");
  fs::permissions(folder_ / "bin/adb", fs::perms::owner_all);
  const Environment path{{"PATH", (folder_ / "bin").string() + ":" + std::getenv("PATH")}};
  const std::vector<std::string> more{"--target",       "adb:board-1", "--runner",
                                      DLIS_RUN_COMMAND, "--data",      kImages + "?limit=20"};
  const Record record = evaluated(more, path);
  EXPECT_GT(*record.number("median_ms"), 0);
  EXPECT_GT(*record.number("top1"), 80);
  int programs = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "device/dlis"))
    programs += entry.path().filename().string().starts_with("dlis-run.");
  EXPECT_EQ(programs, 1);
  expect_failure({"evaluate", kNetwork.string() + " | none | auto | auto | cpu:1", "--target",
                  "adb:board-2", "--runner", DLIS_RUN_COMMAND},
                 "device 'board-2' not found", path);
}

// An aarch64 processor, as QEMU plays it. ctest of the preset arm64 builds that dlis-run.
TEST_F(Targets, Aarch64UnderQemu) {
  const fs::path program = fs::path(DLIS_SOURCE_DIR) / "build/arm64/dlis-run";
  if (!fs::exists(program) || !fs::exists("/usr/bin/qemu-aarch64"))
    GTEST_SKIP() << "there is no " << program << ", or no qemu-aarch64";
  const Record record =
      evaluated({"--target", "local:qemu-aarch64 " + program.string(), "--data", "synthetic:2"});
  EXPECT_THAT(record.text("machine"), HasSubstr("neon"));
  EXPECT_GT(*record.number("median_ms"), 0);
  EXPECT_EQ(record.number("images"), 2);
}

class SshTargets : public Targets {
 protected:
  static void SetUpTestSuite() { leave_network(); }
  void SetUp() override {
    Targets::SetUp();
    if (!SshServer::is_there()) GTEST_SKIP() << "openssh-server is not installed";
    server_.emplace(folder_ / "server", 20000 + int(std::random_device{}() % 20000));
    ASSERT_TRUE(server_->listens()) << contents(folder_ / "server/log");
    environment_ = {{"DLIS_SSH", server_->command()}};
  }
  void TearDown() override {
    server_.reset();
    Targets::TearDown();
  }

  std::optional<SshServer> server_;
  Environment environment_;
};

TEST_F(SshTargets, MeasureAndHoldWhatWasBrought) {
  const Outcome outcome = finish(start(explore("ssh:127.0.0.1", "run.db"), "out", environment_));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  ASSERT_EQ(run(explore(kLocal, "local.db")).status, 0);
  EXPECT_EQ(table(records("run.db")), table(records("local.db")));
  std::set<std::string> brought;
  for (const auto& entry : fs::directory_iterator(server_->board() / "dlis"))
    brought.insert(entry.path().filename());
  EXPECT_EQ(std::count_if(brought.begin(), brought.end(),
                          [](const auto& name) { return name.starts_with("dlis-run."); }),
            1);
  for (const std::string& name : brought) EXPECT_EQ(name.find(".part"), std::string::npos) << name;
  // A second run brings nothing.
  const auto time = fs::last_write_time(server_->board() / "dlis" / *brought.rbegin());
  ASSERT_EQ(finish(start(explore("ssh:127.0.0.1", "second.db"), "out", environment_)).status, 0);
  EXPECT_EQ(fs::last_write_time(server_->board() / "dlis" / *brought.rbegin()), time);
}

TEST_F(SshTargets, ThatAreDownAreOneSentence) {
  server_->stop();
  const std::string stack = kNetwork.string() + " | none | auto | auto | cpu:1";
  expect_failure({"evaluate", stack, "--target", "ssh:127.0.0.1", "--runner", DLIS_RUN_COMMAND},
                 "Connection refused", environment_);
}

// What is killed with SIGKILL while stacks are explored over ssh.
struct Victim {
  const char* name;
  bool (*fits)(const Running& one, pid_t explorer, pid_t server, const std::string& folder);
};
constexpr Victim kVictims[] = {
    {"explorer", [](const Running& one, pid_t explorer, pid_t,
                    const std::string&) { return one.pid == explorer; }},
    {"worker",
     [](const Running& one, pid_t, pid_t, const std::string& folder) {
       return one.arguments.find(folder + "/server/board/dlis/dlis-run.") == 0;
     }},
    {"ssh",
     [](const Running& one, pid_t explorer, pid_t, const std::string&) {
       return one.parent == explorer && one.arguments.starts_with("ssh ");
     }},
    {"session", [](const Running& one, pid_t, pid_t server,
                   const std::string&) { return one.parent == server; }},
};

class SlowSshTargets : public SshTargets, public testing::WithParamInterface<Victim> {};

// Kills until `most` hits or the end of the explorer; how many there were.
int kill_at_random(const Victim& victim, pid_t explorer, pid_t server, const std::string& folder,
                   std::mt19937& random, int most) {
  const auto fits = [&](const Running& one) { return victim.fits(one, explorer, server, folder); };
  int hits = 0;
  while (hits < most) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 500));
    siginfo_t ended{};
    waitid(P_PID, id_t(explorer), &ended, WEXITED | WNOWAIT | WNOHANG);
    if (ended.si_pid == explorer) break;
    hits += kill_where(fits) > 0;
  }
  return hits;
}

// DLIS_KILLS=20 for more moments. A command that gives up because the link drops again and again
// says so, and goes on when it is run again.
TEST_P(SlowSshTargets, LoseAndRepeatNothingWhenKilled) {
  const char* more = std::getenv("DLIS_KILLS");
  const int kills = more ? std::atoi(more) : 2;
  ASSERT_EQ(run(explore(kLocal, "undisturbed.db")).status, 0);
  const auto undisturbed = table(records("undisturbed.db"));
  std::mt19937 random(11);
  const std::string folder = fs::canonical(folder_);
  int hits = 0, finished = 0;
  for (int round = 0; round < 4 * kills && (hits < kills || finished == 0); ++round) {
    const std::string store = fmt::format("run{}.db", finished);
    const auto before = records(store);
    const pid_t child = start(explore("ssh:127.0.0.1", store), "out", environment_);
    hits += kill_at_random(GetParam(), child, server_->pid(), folder, random, kills - hits);
    const Outcome outcome = finish(child);
    const auto now = records(store);
    ASSERT_GE(now.size(), before.size());
    EXPECT_TRUE(std::equal(before.begin(), before.end(), now.begin()));  // stays as it was
    if (outcome.status == 1) {
      EXPECT_THAT(outcome.err, HasSubstr("run the same command to go on"));
    }
    if (outcome.status != 0) continue;
    EXPECT_EQ(table(now), undisturbed);
    ++finished;
  }
  EXPECT_EQ(hits, kills);
  EXPECT_GT(finished, 0);
}
INSTANTIATE_TEST_SUITE_P(Victims, SlowSshTargets, testing::ValuesIn(kVictims),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace dlis::test
