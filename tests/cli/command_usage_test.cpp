// Help, wrong usage, lists, and each verb once on the network that the repository carries.
#include <nlohmann/json.hpp>

#include "command.h"
#include "dlis/compute/device_ops.h"
#include "dlis/dlis.h"

namespace dlis::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::vector<std::string> kVerbs{
#define DLIS_VERB(name) #name,
#include "app/verbs.inc"
#undef DLIS_VERB
};

class Usage : public CommandTest {
 protected:
  std::string output(const std::vector<std::string>& arguments) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
  }
};

TEST_F(Usage, HelpWorksForEveryVerb) {
  const std::string help = output({"--help"});
  for (const std::string& verb : kVerbs) {
    EXPECT_THAT(help, HasSubstr(verb));
    EXPECT_THAT(output({verb, "--help"}), HasSubstr("--help")) << verb;
  }
  EXPECT_THAT(output({"--version"}), HasSubstr(version()));
}

TEST_F(Usage, WrongUsageIsExitStatus2) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{},
        {"frobnicate"},
        {"show"},
        {"show", "a", "b"},
        {"list", "--wrong"},
        {"run", "resnet20"},
        {"accuracy", "resnet20"},
        {"explore", "resnet20"},
        {"explore", "-o", "r.db"},
        {"explore", "resnet20", "-o", "r.db", "--slurm", "time=1:00:00"},
        {"explore", "resnet20", "-o", "r.db", "--images", "5"},
        {"explore", "resnet20", "-o", "r.db", "--target", "local:x", "--accuracy-here"},
        {"explore", "resnet20", "-o", "r.db", "--executor", "local", "--at-once", "2"},
        {"explore", "resnet20", "-o", ""},
        {"explore", "resnet20", "--max-ms", ""},
        {"report", "r.db", "-o", ""},
        {"compare", "resnet20"},
        {"bench", "resnet20", "--threads", "two"},
        {"report"},
        {"evaluate"},
        {"compress", "resnet20"},
        {"compress", "resnet20", "--compress", "none", "--dry-run", "--sensitivity"},
        {"plan", "resnet20", "--explain", "--json"},
        {"plan", "resnet20", "--svg", "a.svg"},
        {"plan", "resnet20", "--memory-frontier", "--memory", "9M"},
        {"bench", "resnet20", "--sessions", "0"},
        {"bench", "n1h8w8c16 k16r3s3 p1", "--rounds", "0"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2) << fmt::format("dlis {}", fmt::join(arguments, " "));
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err, "");
  }
}

TEST_F(Usage, OptionsMayStandBeforeTheModel) {
  EXPECT_EQ(run({"explore", "--threads", "1", "--format", "dense", "--seconds", "0.02", "-o",
                 "r.db", kNetwork.string()})
                .status,
            0);
  EXPECT_EQ(run({"show", "--shape", "input=2x3x32x32", kNetwork.string()}).status, 0);
}

TEST_F(Usage, ListShowsEveryRowOfEveryList) {
  const std::string all = output({"list"});
  std::size_t rows = 0;
  const auto expect_names = [&](const auto& list, const std::string& layer) {
    const std::string text = output({"list", layer});
    for (const auto* row : list) {
      EXPECT_THAT(all, HasSubstr(row->name));
      EXPECT_THAT(text, HasSubstr(row->name));
      ++rows;
    }
  };
  expect_names(models(), "model");
  expect_names(techniques(), "compress");
  expect_names(formats(), "format");
  expect_names(conv_rows(), "compute");
  expect_names(op_rows(), "compute");
  expect_names(device_op_rows(), "compute");
  expect_names(schedules(), "schedule");
  expect_names(devices(), "device");
  expect_names(operators(), "operator");
  expect_names(datasets(), "data");
  expect_names(executors(), "executor");
  expect_names(target_rows(), "target");
  EXPECT_EQ(lines_in(all), rows);
  EXPECT_EQ(objects({"list", "--json"}).size(), rows);
}

TEST_F(Usage, Devices) {
  EXPECT_THAT(output({"devices"}), HasSubstr("processor"));
  EXPECT_GE(objects({"devices", "--json"})[0]["cores"], 1);
}

TEST_F(Usage, ShowCountsTheNetwork) {
  EXPECT_THAT(output({"show", kNetwork.string()}), HasSubstr("multiply-adds"));
  std::int64_t macs = 0;
  for (const auto& layer : objects({"show", kNetwork.string(), "--json"}))
    macs += layer["macs"].get<std::int64_t>();
  EXPECT_NEAR(double(macs), 41e6, 1e6);
}

TEST_F(Usage, APlanIsKeptAndUsedAgain) {
  const std::string network = kNetwork.string();
  EXPECT_THAT(output({"plan", network, "--explain"}), HasSubstr("refused"));
  const auto first = objects({"plan", network, "--json", "-o", "plan.json"});
  const auto again = objects({"plan", network, "--json", "--plan", "plan.json"});
  ASSERT_EQ(first.size(), again.size());
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i]["row"], again[i]["row"]);
}

// Half of the weights are zeros, so csr is smaller than dense; whichever is faster, a budget below
// the free plan is kept by every verb that plans.
TEST_F(Usage, AMemoryBudgetIsKept) {
  const std::string network = kNetwork.string();
  const auto peak = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"bench",  network, "--compress", "weight_prune:zeros=0.6",
                                       "--tune", "off",   "--seconds",  "0.02",
                                       "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return objects(arguments)[0]["peak_bytes"].get<std::int64_t>();
  };
  const std::int64_t dense = peak({"--format", "dense"}), csr = peak({"--format", "csr"});
  ASSERT_LT(csr, dense);
  const std::int64_t half = (csr + dense) / 2;
  EXPECT_LE(peak({"--memory", std::to_string(half)}), half);
  const std::string why = output({"plan", network, "--compress", "weight_prune:zeros=0.6", "--tune",
                                  "off", "--memory", std::to_string(half), "--explain"});
  EXPECT_THAT(why, HasSubstr("allowed"));
  const std::string stack = network + " | weight_prune:zeros=0.6 | auto | auto | cpu:1";
  ASSERT_EQ(run({"evaluate", stack, "--seconds", "0.02", "--memory", std::to_string(half), "-o",
                 "r.json"})
                .status,
            0);
  EXPECT_LE(nlohmann::json::parse(contents(folder_ / "r.json"))["peak_bytes"], half);
}

TEST_F(Usage, TheMemoryFrontierIsATableAndAPicture) {
  const auto points = objects({"plan", kNetwork.string(), "--compress", "weight_prune:zeros=0.6",
                               "--memory-frontier", "--svg", "f.svg", "--json"});
  ASSERT_FALSE(points.empty());
  for (std::size_t i = 1; i < points.size(); ++i)
    EXPECT_GT(points[i]["peak_bytes"].get<std::int64_t>(),
              points[i - 1]["peak_bytes"].get<std::int64_t>());
  EXPECT_THAT(contents(folder_ / "f.svg"), testing::StartsWith("<svg"));
  EXPECT_THAT(contents(folder_ / "f.svg"), HasSubstr("peak memory, MiB"));
}

TEST_F(Usage, LevelsOfTuning) {
  const std::string network = kNetwork.string();
  EXPECT_THAT(output({"plan", network, "--tune", "off", "--explain"}), HasSubstr("about "));
  EXPECT_FALSE(fs::exists(folder_ / "cache"));
  // Dense and csr rows compete here, so there is a plan of one row to compare with.
  EXPECT_THAT(output({"plan", network, "--compress", "weight_prune:zeros=0.6", "--tune", "full",
                      "--threads", "2", "--explain"}),
              HasSubstr("wherever it accepts"));
}

TEST_F(Usage, SessionsSideBySide) {
  const auto two = objects({"bench", kNetwork.string(), "--sessions", "2", "--seconds", "0.2",
                            "--tune", "off", "--json"})[0];
  EXPECT_GT(two["images_per_s"], 0);
  EXPECT_GT(two["open_ms"], 0);
  EXPECT_GT(two["session_bytes"], 0);
}

TEST_F(Usage, RunPrintsOrWrites) {
  const Tensor image(DType::f32, {1, 3, 32, 32});
  ASSERT_TRUE(save_npy(image, folder_ / "x.npy"));
  const std::string network = kNetwork.string();
  const auto top = objects({"run", network, "--input", "x.npy", "--json"});
  EXPECT_EQ(top.size(), 5u);
  EXPECT_EQ(output({"run", network, "--input", "input=x.npy", "--output", "y.npy"}), "");
  EXPECT_EQ(
      output({"run", network, "--input", "x.npy", "--output", "y.pb", "--compute", "reference"}),
      "");
  const Tensor y = load_npy(folder_ / "y.npy").value(),
               z = load_tensor_pb(folder_ / "y.pb").value();
  ASSERT_EQ(y.shape(), (Shape{1, 10}));
  ASSERT_EQ(z.shape(), (Shape{1, 10}));
  for (std::size_t i = 0; i < 10; ++i) EXPECT_NEAR(y.as<float>()[i], z.as<float>()[i], 1e-4);
}

TEST_F(Usage, CompareFindsTheFirstThatDiffers) {
  const std::string network = kNetwork.string();
  Tensor image(DType::f32, {1, 3, 32, 32});
  image.edit<float>()[100] = 1;
  ASSERT_TRUE(save_tensor_pb(image, "input", folder_ / "input_0.pb"));
  ASSERT_EQ(run({"run", network, "--input", "input_0.pb", "--output", "output_0.pb"}).status, 0);
  EXPECT_THAT(output({"compare", network, ".", "--compute", "reference"}), HasSubstr("agrees"));
  Tensor wrong = load_tensor_pb(folder_ / "output_0.pb").value();
  wrong.edit<float>()[3] += 0.5f;
  ASSERT_TRUE(save_tensor_pb(wrong, "logits", folder_ / "output_0.pb"));
  expect_failure({"compare", network, "."}, "first value that differs is 'logits'");
  fs::remove(folder_ / "output_0.pb");
  expect_failure({"compare", network, "."}, "nothing to compare");
  expect_failure({"compare", network, "nowhere"}, "no such folder");
}

TEST_F(Usage, AccuracyTellsItsInterval) {
  const auto text = output({"accuracy", kNetwork.string(), "--data", kImages + "?limit=100"});
  EXPECT_THAT(text, HasSubstr("of 100 images"));
  EXPECT_THAT(text, HasSubstr("95 % interval"));
  const auto record =
      objects({"accuracy", kNetwork.string(), "--data", kImages + "?limit=100", "--json"})[0];
  EXPECT_EQ(record["images"], 100);
  EXPECT_GT(record["top1"], 80);
  EXPECT_TRUE(record["median_ms"].is_null());
}

TEST_F(Usage, BenchOfAModelAndOfAProblem) {
  const auto record = objects({"bench", kNetwork.string(), "--seconds", "0.05", "--json"})[0];
  EXPECT_GT(record["median_ms"], 0);
  EXPECT_GT(record["peak_bytes"], 0);
  EXPECT_TRUE(record["top1"].is_null());
  EXPECT_EQ(record.size(), record_fields().size());
  const auto rows = objects({"bench", "n1h8w8c16 k16r3s3 p1 +relu", "--seconds", "0.02", "--json"});
  EXPECT_EQ(rows.size(), conv_rows().size());
}

TEST_F(Usage, TheRowsOfAProblemTakeTurns) {
  for (const char* problem :
       {"n1h8w8c16 k16r3s3 p1 +relu", "n1h8w8c16 k16r1s1 +add typeu8 int8",
        "n1h8w8c16 k16r1s1 typebf16 bf16", "n1h8w8c16 k16r3s3 csr density0.3"}) {
    int timed = 0, fastest = 0;
    for (const auto& row :
         objects({"bench", problem, "--rounds", "3", "--seconds", "0.02", "--json"})) {
      if (!row["refused"].is_null()) continue;
      ++timed;
      EXPECT_EQ(row["round_ms"].size(), 3u);
      EXPECT_EQ(row["round_gflops"].size(), 3u);
      EXPECT_LE(row["p10_ms"], row["median_ms"]);
      EXPECT_LE(row["median_ms"], row["p90_ms"]);
      EXPECT_GT(row["share_of_limit"]["median"], 0);
      EXPECT_LE(row["to_fastest"]["low"], row["to_fastest"]["high"]);
      fastest += row["to_fastest"]["median"] == 1;
    }
    EXPECT_GE(timed, 1) << problem;
    EXPECT_GE(fastest, 1) << problem;
  }
  EXPECT_THAT(output({"bench", "n1h8w8c16 k16r1s1", "--rounds", "2", "--seconds", "0.01"}),
              HasSubstr("of 2 rounds kept"));
}

// Of a format without zeros: its speed as if they were there, and of what it stores.
TEST_F(Usage, SparseLayersHaveTwoSpeeds) {
  int timed = 0;
  for (const char* problem :
       {"n1h8w8c16 k16r3s3 csr density0.3", "n1h8w8c16 k16r3s3 bsr_int8 density0.3"})
    for (const auto& row :
         objects({"bench", problem, "--rounds", "2", "--seconds", "0.01", "--json"})) {
      if (!row["refused"].is_null()) continue;
      ++timed;
      EXPECT_NEAR(row["real_gflops"].get<double>() / row["gflops"].get<double>(), 0.3, 0.15);
    }
  EXPECT_GE(timed, 2);
  EXPECT_TRUE(
      objects({"bench", "n1h8w8c16 k16r1s1", "--rounds", "2", "--seconds", "0.01", "--json"})
          .back()["real_gflops"]
          .is_null());
  const std::vector<std::string> layers{
      "bench",      kNetwork.string(),        "--layers", "--seconds", "0.02",
      "--compress", "weight_prune:zeros=0.8", "--format"};
  const auto with = [&](const char* format) {
    std::vector<std::string> arguments = layers;
    arguments.push_back(format);
    return output(arguments);
  };
  EXPECT_THAT(with("csr"), HasSubstr("real GFLOP/s"));
  EXPECT_THAT(with("dense"), Not(HasSubstr("real GFLOP/s")));
}

TEST_F(Usage, CompressWritesANetwork) {
  ASSERT_EQ(run({"compress", kNetwork.string(), "--compress", "weight_prune:zeros=0.5", "-o",
                 "half.onnx"})
                .status,
            0);
  EXPECT_THAT(output({"show", "half.onnx"}), HasSubstr("50.0 % of weights are zero"));
}

TEST_F(Usage, CompressJudgesItsResult) {
  const std::vector<std::string> command{
      "compress",  kNetwork.string(),     "--compress", "weight_prune:zeros=0.8",
      "--data",    kImages + "?limit=20", "-o",         "few.onnx",
      "--max-drop"};
  const auto with = [&](const char* points) {
    std::vector<std::string> all = command;
    all.push_back(points);
    return run(all);
  };
  EXPECT_EQ(with("100").status, 0);
  const Outcome missed = with("5");
  EXPECT_EQ(missed.status, 1);
  EXPECT_THAT(missed.err, HasSubstr("--max-drop allows 5.00"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "few.onnx"));
  for (const char* points : {"nan", "inf", "1e300", "many"}) EXPECT_EQ(with(points).status, 2);
}

// The demo's images as if they were held out of training.
TEST_F(Usage, CompressFindsTheStrength) {
  const std::string images =
      read_text(std::filesystem::path(DLIS_SOURCE_DIR) / "data/cifar10/test_batch.bin")
          .value()
          .substr(0, 20 * 3073);
  write("cifar/test_batch.bin", images);
  std::vector<std::string> command{"compress",     kNetwork.string(), "--compress",
                                   "weight_prune", "--data",          "cifar10:cifar",
                                   "-o",           "some.onnx",       "--max-drop"};
  command.push_back("5");
  EXPECT_THAT(run(command).err, HasSubstr("there is no data_batch_5.bin"));
  write("cifar/data_batch_5.bin", images);
  const Outcome found = run(command);
  EXPECT_EQ(found.status, 0) << found.err;
  EXPECT_THAT(found.out, AllOf(HasSubstr("some.onnx: weight_prune:zeros=0."),
                               HasSubstr("is the largest strength that loses at most 5.00")));
  EXPECT_THAT(found.err, AllOf(HasSubstr("before, on 20 images of cifar10:cifar?split=heldout"),
                               HasSubstr("zeros=0.5: top-1")));
  command.push_back("--json");
  const auto record = objects(command)[0];
  EXPECT_THAT(record["compress"].get<std::string>(), HasSubstr("weight_prune:zeros=0."));
  EXPECT_THAT(record["notes"][0].get<std::string>(), HasSubstr("largest strength"));
  for (const auto& [data, what] :
       {std::pair("synthetic:4", "no labels to choose a strength by"),
        {"cifar10:cifar?split=heldout", "images that judge the result"}}) {
    command[5] = data;
    EXPECT_THAT(run(command).err, HasSubstr(what));
  }
}

TEST_F(Usage, SensitivityNamesEveryLayer) {
  const std::string all =
      output({"compress", kNetwork.string(), "--compress", "quantise:type=int8:images=4", "--data",
              "synthetic:8", "--sensitivity", "--json"});
  std::istringstream lines(all);
  double before = 1e9;
  int layers = 0;
  for (std::string line; std::getline(lines, line); ++layers) {
    const auto record = nlohmann::json::parse(line);
    EXPECT_LE(record["error"], before);
    before = record["error"];
  }
  EXPECT_GE(layers, 20);  // 19 convolutions of 3x3 and the dense layer
}

TEST_F(Usage, ADryRunPredictsEveryTechniqueAndWritesNothing) {
  for (const char* chain :
       {"none:epochs=3", "weight_prune:zeros=0.5", "ternarise:epochs=2", "quantise:type=bf16",
        "quantise:type=int8:images=4", "renormalise:images=4+channel_prune:macs=0.4",
        "channel_prune:macs=0.5:criterion=fisher:epochs=40:teacher=dense"}) {
    const auto found = objects({"compress", kNetwork.string(), "--compress", chain, "--data",
                                "synthetic:8", "--dry-run", "-o", "never.onnx", "--json"});
    ASSERT_EQ(found.size(), 1u) << chain;
    const auto& all = found[0];
    ASSERT_EQ(all["layers"].size(), 20u) << chain;
    for (const auto& layer : all["layers"]) {
      EXPECT_FALSE(layer["before"].is_null()) << chain;
      EXPECT_FALSE(layer["after"].is_null()) << chain;
    }
    EXPECT_LE(all["after"]["macs"], all["before"]["macs"]);
    EXPECT_EQ(all["groups"].empty(), std::string_view(chain).find("channel") == std::string::npos);
    EXPECT_GT(all["after"]["estimated_ms"], 0);
    EXPECT_THAT(all["not_predicted"].get<std::string>(), HasSubstr("accuracy"));
  }
  const std::string table =
      output({"compress", kNetwork.string(), "--compress", "channel_prune:macs=0.5", "--dry-run"});
  for (const char* part : {"stays: the network's outputs", "Conv 3x3", " -> ", "file about",
                           "time by the cost model", "not predicted: the accuracy"})
    EXPECT_THAT(table, HasSubstr(part));
  EXPECT_FALSE(fs::exists(folder_ / "never.onnx"));
}

// It needs no --data to say what retraining would start from, and takes layer times as they are.
TEST_F(Usage, ADryRunMeasuresOnlyWhatAFileLacks) {
  const std::vector<std::string> command{
      "compress",      kNetwork.string(), "--compress", "channel_prune:latency=0.3:epochs=2",
      "--layer-times", "times.tsv",       "--dry-run",  "--json"};
  const auto found = objects(command)[0];
  EXPECT_GT(found["measured_before_ms"], 0);
  EXPECT_LE(found["measured_after_ms"].get<double>(),
            0.7 * found["measured_before_ms"].get<double>());
  EXPECT_FALSE(fs::exists(folder_ / "times.tsv"));
}

TEST_F(Usage, EvaluateWritesOneRecord) {
  const std::string stack = kNetwork.string() + " | weight_prune:zeros=0.5 | csr | auto | cpu:1";
  ASSERT_EQ(
      run({"evaluate", stack, "--data", kImages + "?limit=20", "--seconds", "0.05", "-o", "r.json"})
          .status,
      0);
  const auto record = nlohmann::json::parse(contents(folder_ / "r.json"));
  EXPECT_EQ(record["compress"], "weight_prune:zeros=0.5");
  EXPECT_NEAR(record["density"], 0.5, 0.01);
  EXPECT_GT(record["top1_before"], 70);
  EXPECT_EQ(record["top1_surgery"], record["top1"]);
  EXPECT_TRUE(record["refused"].is_null());
}

TEST_F(Usage, Doctor) { EXPECT_THAT(output({"doctor"}), HasSubstr("GFLOP/s")); }

}  // namespace
}  // namespace dlis::test
