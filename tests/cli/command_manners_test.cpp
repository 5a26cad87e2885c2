// What the command tells of itself: what is missing, its version, its manual, what may be typed
// next.
#include <algorithm>
#include <map>
#include <set>

#include "command.h"
#include "dlis/base/process.h"
#include "dlis/dlis.h"

namespace dlis::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;
using Environment = std::vector<std::pair<std::string, std::string>>;

const std::vector<std::string> kVerbs{
#define DLIS_VERB(name) #name,
#include "app/verbs.inc"
#undef DLIS_VERB
};

bool has_program(const char* name) { return is_on_path(name); }

class Manners : public CommandTest {
 protected:
  std::string output(const Words& arguments, const Environment& environment = {}) {
    const Outcome outcome = run(arguments, environment);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
  }
  // Of another program, whose words and scripts find the command as $dlis.
  std::string shell(const Words& command) {
    const Outcome outcome = finish(start_program(command, "out", {{"dlis", DLIS_COMMAND}}));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome.out;
  }
  std::set<std::string> offers(Words words) {
    words.insert(words.begin(), "complete");
    std::set<std::string> texts;
    const std::string lines = output(words);
    for (const std::string_view line : split(lines, '\n'))
      if (!line.empty()) texts.emplace(line.substr(0, line.find('\t')));
    return texts;
  }
  void write_program(const std::string& name, const std::string& text) {
    write(name, text);
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }
};

// How each capability is taken away (empty: it depends on the build or on the machine alone), and a
// command that needs it.
struct Need {
  Environment without;
  Words command;
};

class Lacking : public Manners {
 protected:
  std::map<std::string, Need> needs() {
    const std::string network = kNetwork.string(), stack = network + " | none | dense | auto | cpu";
    fs::create_directory(folder_ / "none");
    write_program("aarch64", "#!/bin/sh\necho aarch64\n");
    write_program("armv7l", "#!/bin/sh\necho armv7l\n");
    const auto board = [&](const char* machine) {
      return Need{{{"DLIS_SSH", (folder_ / machine).string()}},
                  {"evaluate", stack, "--target", "ssh:board"}};
    };
    const Environment no_path{{"PATH", "/nowhere"}};
    const Need opencl{{{"OCL_ICD_VENDORS", (folder_ / "none").string()}},
                      {"bench", network, "--device", "opencl"}};
    return {
        {"training",
         {{{"DLIS_TRAINING", "/nowhere"}},
          {"train", network, "--data", kImages + "?limit=8", "--epochs", "1", "-o", "t.onnx"}}},
        {"opencl", {{}, opencl.command}},
        {"opencl_device", opencl},
        {"onednn", {{}, {"bench", network, "--compute", "onednn"}}},
        {"ssh", {no_path, {"evaluate", stack, "--target", "ssh:board"}}},
        {"adb", {no_path, {"evaluate", stack, "--target", "adb:1"}}},
        {"arm64", {{}, board("aarch64").command}},
        {"armhf", {{}, board("armv7l").command}},
        {"slurm", {no_path, {"explore", network, "--executor", "slurm", "-o", "r.db"}}},
        {"energy", {{}, {"bench", network, "--seconds", "0.02", "--tune", "off"}}},
    };
  }
};

TEST_F(Lacking, EveryVerbSaysWhatDoctorSays) {
  const auto all = needs();
  Environment without;
  for (const auto& [name, need] : all)
    without.insert(without.end(), need.without.begin(), need.without.end());
  std::map<std::string, std::string> missing;
  const Outcome doctor = run({"doctor", "--json"}, without);
  ASSERT_EQ(doctor.status, 0) << doctor.err;
  std::set<std::string> told;
  for (const std::string_view line : split(trim(doctor.out), '\n')) {
    const auto object = nlohmann::json::parse(line);
    told.insert(object["what"].get<std::string>());
    if (object["verdict"] == "missing") missing[object["what"]] = object["finding"];
  }
  for (const Capability* capability : capabilities()) {
    SCOPED_TRACE(capability->name);
    ASSERT_TRUE(all.contains(capability->name)) << "name a command that needs it";
    const Need& need = all.at(capability->name);
    const bool asked = capability != &opencl_device_capability || find_device("opencl");
    EXPECT_EQ(told.contains(capability->name), asked);
    EXPECT_TRUE(need.without.empty() || !asked || missing.contains(capability->name));
    if (!missing.contains(capability->name)) continue;
    EXPECT_EQ(missing[capability->name], lacking(*capability).message());
    Environment environment = need.without;
    if (capability == &arm64_capability)
      environment = {{"DLIS_SSH", (folder_ / "aarch64").string()}};
    if (capability == &armhf_capability)
      environment = {{"DLIS_SSH", (folder_ / "armv7l").string()}};
    const Outcome outcome = run(need.command, environment);
    EXPECT_THAT(outcome.out + outcome.err, HasSubstr(missing[capability->name]));
    EXPECT_EQ(outcome.status, capability == &energy_capability ? 0 : 1);
  }
}

TEST_F(Manners, VersionBeginsWithTheCommitAndTellsTheBuild) {
  const std::string text = output({"--version"});
  EXPECT_EQ(text.substr(0, text.find('\n')), commit());
  for (const char* part : {"compiler", "processor", "ONNX", "OpenCL", "oneDNN", "training"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_EQ(text.find("OpenCL      on") != std::string::npos, find_device("opencl") != nullptr);
  EXPECT_EQ(text.find("oneDNN      on") != std::string::npos, find_conv_row("onednn") != nullptr);
}

TEST_F(Manners, ColoursAreForTerminals) {
  if (!has_program("script")) GTEST_SKIP() << "there is no program script";
  const auto on_terminal = [&](const char* environment) {
    return shell({"/bin/sh", "-c",
                  fmt::format("TERM=xterm {} script -qc \"$dlis frobnicate\" /dev/null </dev/null",
                              environment)});
  };
  EXPECT_THAT(on_terminal("NO_COLOR="), HasSubstr("\x1b[31mdlis:\x1b[0m unknown verb"));
  EXPECT_THAT(on_terminal("NO_COLOR=1"), HasSubstr("dlis: unknown verb"));
  EXPECT_THAT(on_terminal("NO_COLOR=1"), Not(HasSubstr("\x1b[31m")));
  EXPECT_THAT(run({"frobnicate"}).err, StartsWith("dlis: unknown verb"));
}

// Words of a help text that are options.
std::set<std::string> options_in(const std::string& help) {
  std::set<std::string> options;
  for (std::size_t at = 0; (at = help.find("--", at)) != std::string::npos;) {
    const std::size_t end = help.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-", at);
    const bool begins_line =
        help.find_last_not_of(' ', at - 1) == help.rfind('\n', at) || help[at - 1] == ',';
    if (begins_line) options.insert(help.substr(at, end - at));
    at = end;
  }
  return options;
}

TEST_F(Manners, CompletionOffersVerbsAndTheirOptions) {
  const auto verbs = offers({""});
  for (const std::string& verb : kVerbs) {
    EXPECT_TRUE(verbs.contains(verb)) << verb;
    EXPECT_EQ(offers({verb, "--"}), options_in(output({verb, "--help"}))) << verb;
  }
  EXPECT_FALSE(verbs.contains("complete"));
  EXPECT_EQ(offers({"explo"}), std::set<std::string>{"explore"});
  EXPECT_TRUE(offers({"frobnicate", ""}).empty());
}

TEST_F(Manners, CompletionKnowsWhatExcludesWhat) {
  EXPECT_TRUE(offers({"plan", "--exp"}).contains("--explain"));
  EXPECT_FALSE(offers({"plan", "--explain", "--js"}).contains("--json"));
  EXPECT_FALSE(offers({"plan", "--json", "--js"}).contains("--json"));
}

TEST_F(Manners, CompletionOffersRows) {
  const auto expect_rows = [&](const Words& words, const auto& rows) {
    const auto texts = offers(words);
    for (const auto* row : rows)
      EXPECT_TRUE(texts.contains(row->name)) << fmt::format("{} {}", words.back(), row->name);
  };
  expect_rows({"bench", "net", "--format", ""}, formats());
  expect_rows({"bench", "net", "--compute", ""}, conv_rows());
  expect_rows({"bench", "net", "--schedule", ""}, schedules());
  expect_rows({"bench", "net", "--device", ""}, devices());
  expect_rows({"compress", "net", "--compress", ""}, techniques());
  EXPECT_TRUE(offers({"show", "res"}).contains("resnet20"));
  EXPECT_TRUE(offers({"show", "vgg16@"}).contains("vgg16@224"));
  EXPECT_EQ(offers({"list", "com"}), (std::set<std::string>{"compress", "compute"}));
  EXPECT_EQ(offers({"explore", "net", "--format", "csr,de"}), std::set<std::string>{"csr,dense"});
  EXPECT_EQ(offers({"explore", "net", "--format=csr,de"}),
            std::set<std::string>{"--format=csr,dense"});
  EXPECT_TRUE(
      offers({"compress", "net", "--compress", "weight_prune:z"}).contains("weight_prune:zeros="));
  EXPECT_TRUE(offers({"compress", "net", "--compress", "none+quantise:ty"})
                  .contains("none+quantise:type="));
  EXPECT_TRUE(offers({"bench", "net", "--target", "s"}).contains("ssh:"));
}

TEST_F(Manners, CompletionOffersFilesWithFittingEndings) {
  for (const char* name :
       {"net.onnx", "net.onnx.gz", "net.dlis", "net.txt", "run.db", "dir/a.onnx"})
    write(name, "x");
  EXPECT_EQ(offers({"show", "ne"}), (std::set<std::string>{"net.dlis", "net.onnx", "net.onnx.gz"}));
  EXPECT_EQ(offers({"show", "dir/"}), std::set<std::string>{"dir/a.onnx"});
  EXPECT_TRUE(offers({"report", ""}).contains("run.db"));
  EXPECT_FALSE(offers({"report", ""}).contains("net.onnx"));
  EXPECT_EQ(offers({"accuracy", "net.onnx", "--data", "images:d"}),
            std::set<std::string>{"images:dir/"});
  EXPECT_TRUE(offers({"bench", "net.onnx", "--threads", ""}).empty());
}

// bash cuts words at colons and equal signs, and replaces the last piece alone.
TEST_F(Manners, BashCompletes) {
  const auto completed = [&](const std::string& words, const std::string& line) {
    return shell({"/bin/bash", "-c",
                  fmt::format("source <(\"$dlis\" completion bash); COMP_WORDS=(\"$dlis\" {0}); "
                              "COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_LINE=\"$dlis {1}\"; "
                              "COMP_POINT=${{#COMP_LINE}}; _dlis; echo ${{COMPREPLY[@]}}",
                              words, line)});
  };
  if (!fs::exists("/bin/bash")) GTEST_SKIP() << "there is no bash";
  EXPECT_EQ(completed("explo", "explo"), "explore\n");
  EXPECT_EQ(completed("bench net --format csr_i", "bench net --format csr_i"), "csr_int8\n");
  EXPECT_EQ(completed("bench  net --form", "bench  net --form"), "--format\n");
  EXPECT_EQ(completed("compress net --compress weight_prune : ze",
                      "compress net --compress weight_prune:ze"),
            "zeros=\n");
  EXPECT_EQ(completed("bench net --target ss", "bench net --target ss"), "ssh:\n");
  EXPECT_EQ(completed("bench net --format = csr_i", "bench net --format=csr_i"), "csr_int8\n");
  write("a b.onnx", "x");
  EXPECT_EQ(completed("show a", "show a"), "a\\ b.onnx\n");
  EXPECT_EQ(completed("report ''", "report "), "\n");
  fs::create_directory(folder_ / "dir");
  EXPECT_EQ(completed("accuracy net --data images :", "accuracy net --data images:"), "dir/\n");
}

TEST_F(Manners, ZshCompletes) {
  if (!has_program("zsh")) GTEST_SKIP() << "there is no zsh";
  const auto completed = [&](const std::string& words) {
    return shell({"/usr/bin/env", "zsh", "-fc",
                  fmt::format("compdef() {{ :; }}; compadd() {{ print -r -- ${{(P)@[-1]}}; }}; "
                              "source <($dlis completion zsh); words=($dlis {0}); "
                              "CURRENT=$#words; PREFIX=$words[-1]; _dlis; true",
                              words)});
  };
  EXPECT_EQ(completed("explo"), "explore\n");
  EXPECT_EQ(completed("bench net --format csr_i"), "csr_int8\n");
  EXPECT_EQ(completed("compress net --compress weight_prune:ze"), "weight_prune:zeros=\n");
}

TEST_F(Manners, FishCompletes) {
  if (!has_program("fish")) GTEST_SKIP() << "there is no fish";
  const auto completed = [&](const std::string& line) {
    return shell({"/usr/bin/env", "HOME=" + folder_.string(), "fish", "-c",
                  fmt::format("set -x PATH {} $PATH; dlis completion fish | source; "
                              "complete -C 'dlis {}' | string replace -r '\\t.*' ''",
                              fs::path(DLIS_COMMAND).parent_path().string(), line)});
  };
  EXPECT_EQ(completed("explo"), "explore\n");
  EXPECT_EQ(completed("bench net --format csr_i"), "csr_int8\n");
  EXPECT_EQ(completed("compress net --compress weight_prune:ze"), "weight_prune:zeros=\n");
}

TEST_F(Manners, TheManualHasEveryVerbAndOption) {
  std::string page = output({"man"});
  EXPECT_THAT(page, StartsWith(".\\\" Made by"));
  std::erase(page, '\\');
  for (const std::string& verb : kVerbs) {
    const std::size_t begin = page.find(".SS " + verb + "\n");
    ASSERT_NE(begin, std::string::npos) << verb;
    const std::string own = page.substr(begin, page.find("\n.S", begin + 1) - begin);
    for (const std::string& option : options_in(output({verb, "--help"})))
      EXPECT_TRUE(option == "--help" || own.find("fB" + option + "fR") != std::string::npos)
          << verb << " " << option;
  }
  if (!has_program("groff")) return;
  write("dlis.1", output({"man"}));
  EXPECT_EQ(shell({"/usr/bin/env", "groff", "-man", "-Tutf8", "-ww", "-z", "dlis.1"}), "");
}

}  // namespace
}  // namespace dlis::test
