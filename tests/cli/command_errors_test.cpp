// What goes wrong in the world gets one sentence and exit status 1: no crash, no hang, no partial
// file.
#include <random>

#include "command.h"
#include "dlis/dlis.h"
#include "onnx_bytes.h"

namespace dlis::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Errors : public CommandTest {};

TEST_F(Errors, FileMissingEmptyOrAFolder) {
  expect_failure({"show", "none.onnx"}, "no such file");
  write("empty.onnx", "");
  expect_failure({"show", "empty.onnx"}, "empty");
  fs::create_directory(folder_ / "folder.onnx");
  expect_failure({"show", "folder.onnx"}, "folder");
}

TEST_F(Errors, TruncatedAnywhere) {
  const std::string whole = contents(kNetwork);
  ASSERT_GT(whole.size(), 1'000'000u);
  std::mt19937_64 random(1);
  for (int i = 0; i < 12; ++i) {
    write("cut.onnx", whole.substr(0, 1 + random() % (whole.size() - 1)));
    expect_failure({"show", "cut.onnx"}, "cut.onnx");
  }
}

TEST_F(Errors, RandomBytes) {
  std::mt19937_64 random(2);
  for (const char* name : {"noise.onnx", "noise.onnx.gz"}) {
    std::string noise(5000, '\0');
    for (char& c : noise) c = char(random());
    write(name, noise);
    expect_failure({"show", name}, name);
  }
}

TEST_F(Errors, MoreMemoryThanThereIs) {
  expect_failure({"bench", "resnet20", "--batch", "10000000"}, "memory");
  expect_failure({"bench", "resnet20", "--batch", "100000000000"}, "100000000000x3x32x32");
  write("huge.onnx", model(small_conv(tensor_head("w", {1 << 30, 1 << 30, 3, 3}))));
  expect_failure({"show", "huge.onnx"}, "huge.onnx");
  expect_failure({"bench", "n1h1000000w1000000c64 k64r3s3 p1"}, "GB");
}

TEST_F(Errors, NothingToCompute) {
  Parts parts = small_conv(tensor("w", {1, 1, 1, 1}, {1}));
  parts.inputs = {value_info("x", {0, 1, 4, 4})};
  parts.outputs = {value_info("y", {0, 1, 4, 4})};
  write("batch0.onnx", model(parts));
  expect_failure({"bench", "batch0.onnx"}, "no elements");
  parts.nodes.clear(), parts.initialisers.clear();
  parts.inputs = parts.outputs = {value_info("x", {1, 1, 4, 4})};
  write("through.onnx", model(parts));
  expect_failure({"bench", "through.onnx"}, "no layer reads");
}

TEST_F(Errors, NamesStayOnOneLine) {
  Parts parts = small_conv(tensor("w", {1, 1, 1, 1}, {1}));
  parts.outputs = {value_info("a\nb", {1, 1, 4, 4})};
  write("lines.onnx", model(parts));
  expect_failure({"show", "lines.onnx"}, "a\\x0ab");
}

TEST_F(Errors, NamesMoveNoTerminal) {
  const std::string name = "y\x1b]0;title\x07\r\x1b[2J";
  Parts parts = small_conv(tensor("w", {1, 1, 1, 1}, {1}));
  parts.nodes = {node("Conv", name, {"x", "w"}, name)};
  parts.outputs = {value_info(name, {1, 1, 4, 4})};
  write("names.onnx", model(parts));
  for (const std::vector<std::string>& verb : {std::vector<std::string>{"show", "names.onnx"},
                                               {"plan", "names.onnx", "--tune", "off", "--explain"},
                                               {"show", "names.onnx", "--json"}}) {
    const Outcome outcome = run(verb);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("title"));
    EXPECT_EQ(outcome.out.find_first_of("\x1b\x07\r"), std::string::npos) << outcome.out;
  }
}

TEST_F(Errors, OptionsThatDoNotFit) {
  const std::string network = kNetwork.string(), line = "n1h4w4c4 k4r3s3 p1";
  expect_failure({"bench", line, "--threads", "99999"}, "1 to 1024");
  expect_failure({"bench", line, "--format", "csr"}, "every row");
  expect_failure({"bench", line, "--rounds", "1000000"}, "1 to 100000");
  expect_failure({"bench", network, "--rounds", "3"}, "name a problem");
  expect_failure({"compare", network, ".", "--tolerance", "nan"}, "--tolerance");
  expect_failure({"show", network, "--shape", "input=1x3x32x32", "--shape", "input=2x3x32x32"},
                 "one too many");
  expect_failure({"show", "resnet20@224"}, "there is no model 'resnet20@224'");
  EXPECT_EQ(run({"show", network, "--stack", "resnet20|none|auto|auto|cpu"}).status, 2);
  write(
      "other.json",
      R"({"dlis_plan":1,"layers":{"no":{"row":"reference","format":"dense","schedule":"static"}}})");
  expect_failure({"bench", network, "--plan", "other.json"}, "'no'");
}

TEST_F(Errors, UnknownOperator) {
  Parts parts = small_conv(tensor("w", {1, 1, 1, 1}, {1}));
  parts.nodes = {node("Frobnicate", "f", {"x"}, "t"), node("Twist", "g", {"t"}, "y")};
  write("unknown.onnx", model(parts));
  expect_failure({"show", "unknown.onnx"}, "Frobnicate");
  EXPECT_THAT(run({"show", "unknown.onnx"}).err, HasSubstr("Twist"));
}

TEST_F(Errors, WrongShape) {
  write("channels.onnx", model(small_conv(tensor("w", {1, 2, 1, 1}, {1, 1}))));
  expect_failure({"show", "channels.onnx"}, "conv");
  expect_failure({"show", kNetwork.string(), "--shape", "input=1x5x32x32"}, "");
  expect_failure({"show", kNetwork.string(), "--shape", "input=1xx"}, "'input=1xx'");
  expect_failure({"show", kNetwork.string(), "--shape", "nobody=1x3x32x32"}, "nobody");
}

TEST_F(Errors, WeightsMissingOrNotFinite) {
  Parts parts = small_conv("");
  parts.initialisers.clear();
  write("missing.onnx", model(parts));
  expect_failure({"bench", "missing.onnx"}, "w");
  write("nan.onnx", model(small_conv(tensor("w", {1, 1, 1, 1}, {std::nanf("")}))));
  expect_failure({"show", "nan.onnx"}, "w");
  write("short.onnx", model(small_conv(tensor("w", {1, 1, 2, 2}, {1, 2}))));
  expect_failure({"show", "short.onnx"}, "w");
}

TEST_F(Errors, CyclicGraph) {
  Parts parts = small_conv(tensor("w", {1, 1, 1, 1}, {1}));
  parts.nodes = {node("Add", "a", {"x", "u"}, "t"), node("Relu", "b", {"t"}, "u"),
                 node("Relu", "c", {"t"}, "y")};
  write("cycle.onnx", model(parts));
  expect_failure({"show", "cycle.onnx"}, "cycle");
}

TEST_F(Errors, ExternalDataOutsideTheFolder) {
  write("secret.bin", std::string(4, '\0'));
  for (const char* location : {"../secret.bin", "/etc/hostname", "sub/../../secret.bin"}) {
    write("inside/net.onnx", model(small_conv(external_tensor("w", {1, 1, 1, 1}, location))));
    expect_failure({"show", "inside/net.onnx"}, "outside");
  }
  write("inside/net.onnx", model(small_conv(external_tensor("w", {1, 1, 1, 1}, "none.bin"))));
  expect_failure({"show", "inside/net.onnx"}, "none.bin");
}

TEST_F(Errors, DataMissingOrTruncated) {
  const std::string network = kNetwork.string();
  expect_failure({"accuracy", network, "--data", "cifar10:nowhere"}, "nowhere");
  write("cifar/test_batch.bin", std::string(3073 * 3 + 17, '\1'));
  expect_failure({"accuracy", network, "--data", "cifar10:cifar"}, "test_batch.bin");
  expect_failure({"accuracy", network, "--data", "cifar1:x"}, "cifar10");
  expect_failure({"accuracy", network, "--data", kImages + "?limt=5"}, "limit");
  expect_failure({"accuracy", "vgg16@224", "--data", kImages + "?limit=2"}, "");
}

TEST_F(Errors, UnknownRowsComeWithTheNearest) {
  const std::string network = kNetwork.string();
  expect_failure({"show", "resnet21"}, "resnet20");
  expect_failure({"bench", network, "--format", "cser"}, "csr");
  expect_failure({"bench", network, "--compute", "indirekt_gemm"}, "indirect_gemm");
  expect_failure({"bench", network, "--schedule", "dynamik"}, "dynamic");
  expect_failure({"bench", network, "--compress", "weight_prun:zeros=0.5"}, "weight_prune");
  expect_failure({"bench", network, "--compress", "weight_prune:zeros=1.5"}, "zeros");
  expect_failure({"bench", network, "--device", "gpu"}, "gpu");
  expect_failure({"bench", network, "--threads", "0"}, "workers");
  expect_failure({"plan", network, "--tune", "quik"}, "quick");
  expect_failure({"plan", network, "--memory", "lots"}, "64M");
  expect_failure({"plan", network, "--memory", "0"}, "without memory");
  expect_failure({"plan", network, "--tune", "off", "--memory", "100k"}, "layer '");
  expect_failure({"list", "formt"}, "format");
  expect_failure({"explore", network, "--format", "dense,cser", "-o", "run.db"}, "csr");
  EXPECT_FALSE(fs::exists(folder_ / "run.db"));
  expect_failure({"evaluate", "resnet20 | none | auto"}, "five fields");
  expect_failure({"show", "resnet20?maen=.5"}, "mean");
  expect_failure({"show", "resnet20?mean=half"}, "half");
}

TEST_F(Errors, ARecipeThatIsTooLong) {
  write("large.txt", std::string(kMostRecipeBytes + 1, '#'));
  expect_failure({"compress", "--recipe", "large.txt", "-o", "x.onnx"}, "more than 1.00 MiB");
}

TEST_F(Errors, StoresOfAnotherKind) {
  write("text.db", std::string(5000, 'x'));
  const std::string network = kNetwork.string();
  expect_failure({"explore", network, "-o", "text.db"}, "not a database");
  EXPECT_EQ(contents(folder_ / "text.db"), std::string(5000, 'x'));
  expect_failure({"report", "text.db"}, "not a database");
  expect_failure({"report", "none.db"}, "no such file");
  expect_failure({"report", "."}, "folder");
  expect_failure({"report", "/dev/null"}, "regular file");
  ASSERT_EQ(run({"explore", network, "--seconds", "0.01", "-o", "run.db"}).status, 0);
  fs::create_symlink("run.db", folder_ / "page.html");
  for (const char* file : {"run.db", "page.html", "run.db-journal", "./run.screen.db"}) {
    expect_failure({"report", "run.db", "-o", file}, "it is the store");
    expect_failure({"report", "run.db", "--csv", file}, "it is the store");
    expect_failure({"explore", network, "-o", "run.db", "--csv", file}, "it is the store");
  }
  expect_failure({"explore", network, "-o", "new.db", "--csv", "new.db"}, "it is the store");
  expect_failure({"report", "run.db", "-o", "text.db"}, "something else");
  expect_failure({"report", "run.db", "--csv", "text.db"}, "something else");
  EXPECT_EQ(contents(folder_ / "text.db"), std::string(5000, 'x'));
  for (const char* again : {"a", "b"}) {
    SCOPED_TRACE(again);
    EXPECT_EQ(run({"report", "run.db", "-o", "run.html", "--csv", "run.csv"}).status, 0);
  }
  EXPECT_EQ(run({"report", "run.db"}).status, 0);
  expect_failure({"explore", network, "-o", "none/run.db"}, "no such folder");
  expect_failure({"explore", network, "-o", "none/"}, "names a folder");
  ASSERT_EQ(run({"explore", network, "--seconds", "0.01", "-o", ":memory:"}).status, 0);
  EXPECT_TRUE(fs::exists(folder_ / ":memory:"));
}

TEST_F(Errors, DiskFull) {
  const std::string network = kNetwork.string();
  const Outcome full = finish(start({"list"}, "/dev/full"), "/dev/full");
  EXPECT_EQ(full.status, 1);
  EXPECT_THAT(full.err, HasSubstr("cannot be written"));
  expect_failure({"plan", network, "-o", "/dev/full"}, "full");
  expect_failure(
      {"evaluate", "resnet20|none|auto|auto|cpu", "--seconds", "0.01", "-o", "/dev/full"}, "full");
}

TEST_F(Errors, NoPartialOutput) {
  const std::string network = kNetwork.string();
  expect_failure({"compress", network, "--compress", "none", "-o", "none/out.onnx"}, "folder");
  expect_failure({"compress", network, "--compress", "none", "-o", "out.txt"}, ".onnx");
  expect_failure({"plan", network, "-o", "none/plan.json"}, "folder");
  write("plan.json", "{}");
  expect_failure({"bench", network, "--plan", "plan.json"}, "plan.json");
  expect_failure({"run", network, "--input", "none.png"}, "none.png");
  write("x.txt", "x");
  expect_failure({"run", network, "--input", "x.txt"}, ".txt");
  write("x.npy", "x");
  expect_failure({"run", network, "--input", "x.npy"}, "x.npy");
  for (const auto& entry : fs::directory_iterator(folder_))
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("tmp")));
}

TEST_F(Errors, ANameThatTheNetworkHasNot) {
  const std::string network = kNetwork.string();
  ASSERT_TRUE(save_npy(Tensor(DType::f32, {1, 3, 32, 32}), folder_ / "x.npy"));
  expect_failure({"run", network, "--input", "x.npy", "--output", "zz=o.npy"}, "'zz'");
  EXPECT_FALSE(fs::exists(folder_ / "zz=o.npy"));
  expect_failure({"run", network, "--input", "imput=x.npy"}, "did you mean input?");
}

TEST_F(Errors, WrongUsageIsOneSentenceToo) {
  const std::string network = kNetwork.string();
  for (const auto& [arguments, what] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"expore", network}, "unknown verb 'expore'; did you mean explore"},
           {{""}, "unknown verb ''"},
           {{}, "--help"},
           {{"show"}, "MODEL"},
           {{"show", network, "--batch"}, "--batch"},
           {{"bench", network, "--threads", "two"}, "dlis bench --help"},
           {{"show", network, "--frobnicate"}, "--frobnicate"}}) {
    const Outcome outcome = run(arguments);
    SCOPED_TRACE(fmt::format("dlis {}", fmt::join(arguments, " ")));
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, testing::StartsWith("dlis: "));
    EXPECT_THAT(outcome.err, HasSubstr(what));
    EXPECT_EQ(lines_in(outcome.err), 1u) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(Errors, TimesAndShapesThatMakeNoSense) {
  const std::string stack = kNetwork.string() + " | none | auto | auto | cpu";
  for (const char* seconds : {"0", "-1", "nan", "1e9"})
    expect_failure({"evaluate", stack, "--seconds", seconds}, "--seconds");
  expect_failure({"evaluate", stack, "--shape", "input=1x3x32x32", "--shape", "input=2x3x32x32"},
                 "one too many");
  expect_failure({"explore", kNetwork.string(), "--seconds", "nan", "-o", "run.db"}, "--seconds");
  EXPECT_FALSE(fs::exists(folder_ / "run.db"));
}

// Through a shell, which closes what the command should write to.
TEST_F(Errors, ClosedOutputs) {
  const auto shell = [&](const std::string& rest) {
    const std::string line =
        fmt::format("cd {} && XDG_CACHE_HOME=cache {} {}", folder_.string(), DLIS_COMMAND, rest);
    return WEXITSTATUS(std::system(line.c_str()));
  };
  EXPECT_EQ(shell("list >&- 2>err"), 1);
  EXPECT_THAT(contents(folder_ / "err"), HasSubstr("cannot be written"));
  EXPECT_EQ(shell("show none.onnx 2>&-"), 1);
  // Nothing of the messages gets into a file that would have been opened in their place.
  const std::string network = kNetwork.string();
  EXPECT_EQ(shell("plan " + network + " --json -o plan.json <&- >&- 2>&-"), 1);
  EXPECT_EQ(shell("bench " + network + " --plan plan.json --seconds 0.01 >out"), 0);
}

TEST_F(Errors, AWrongEnvironment) {
  for (const char* verb : {"doctor", "list", "devices"})
    expect_failure({verb}, "'avx3'; did you mean avx2", {{"DLIS_ISA", "avx3"}});
  EXPECT_EQ(run({"doctor"}, {{"DLIS_DATA", "/nowhere/at/all"}}).status, 1);
}

}  // namespace
}  // namespace dlis::test
