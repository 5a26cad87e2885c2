// From an ONNX file to the device: `dlis pack`, the verbs on what it wrote, and `dlis-run`.
#include <cstring>

#include "command.h"
#include "dlis/dlis.h"

namespace dlis::test {
namespace {

using testing::HasSubstr;

class Device : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    Tensor x(DType::f32, {1, 3, 32, 32});
    for (std::int64_t i = 0; i < x.elements(); ++i)
      x.edit<float>()[std::size_t(i)] = float(i % 17) / 17 - 0.5f;
    ASSERT_TRUE(save_npy(x, folder_ / "x.npy"));
    ASSERT_TRUE(write_file_atomic(folder_ / "x.bin", std::span(x.data(), x.bytes())));
  }

  Outcome run_device(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), DLIS_RUN_COMMAND);
    return finish(start_program(arguments, "out"));
  }

  void expect_device_failure(const std::vector<std::string>& arguments, int status,
                             const std::string& what) {
    SCOPED_TRACE(fmt::format("dlis-run {}", fmt::join(arguments, " ")));
    const Outcome outcome = run_device(arguments);
    EXPECT_EQ(outcome.status, status);
    EXPECT_THAT(outcome.err, testing::StartsWith("dlis-run: "));
    EXPECT_THAT(outcome.err, HasSubstr(what));
    EXPECT_EQ(lines_in(outcome.err), 1u) << outcome.err;
  }

  void pack() {
    ASSERT_EQ(run({"pack", kNetwork.string(), "-o", "net.dlis"}).status, 0);
    ASSERT_EQ(run({"plan", kNetwork.string(), "--tune", "off", "-o", "plan.json"}).status, 0);
    ASSERT_EQ(run({"pack", kNetwork.string(), "--for", "plan.json", "-o", "packed.dlis"}).status,
              0);
  }

  std::size_t files() const {
    return std::size_t(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
};

TEST_F(Device, PackedNetworksGiveTheSameBitsEverywhere) {
  pack();
  ASSERT_EQ(run({"run", kNetwork.string(), "--plan", "plan.json", "--input", "x.npy", "--output",
                 "want.npy"})
                .status,
            0);
  const std::string want = contents(folder_ / "want.npy");
  ASSERT_FALSE(want.empty());
  EXPECT_EQ(run({"run", "packed.dlis", "--input", "x.npy", "--output", "y.npy"}).status, 0);
  EXPECT_EQ(contents(folder_ / "y.npy"), want);
  for (const char* input : {"x.npy", "x.bin"}) {
    const Outcome outcome = run_device({"packed.dlis", "--input", input, "--output", "z.npy",
                                        "--threads", "2", "--repeat", "3", "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(contents(folder_ / "z.npy"), want);
    EXPECT_THAT(outcome.out, HasSubstr("\"runs\": 3"));
    EXPECT_THAT(outcome.out, HasSubstr("\"was_packed\": true"));
  }
}

TEST_F(Device, CanonicalWeightsArePackedOnce) {
  pack();
  const std::vector<std::string> line{"net.dlis", "--input", "x.npy",
                                      "--output", "y.bin",   "--json"};
  EXPECT_THAT(run_device(line).out, HasSubstr("\"was_packed\": false"));
  const std::string first = contents(folder_ / "y.bin");
  EXPECT_THAT(run_device(line).out, HasSubstr("\"was_packed\": true"));
  EXPECT_EQ(contents(folder_ / "y.bin"), first);
  EXPECT_EQ(first.size(), 40u);
}

TEST_F(Device, WhatItsTuningChoseIsPackedForIt) {
  pack();
  const Outcome tuned =
      run_device({"net.dlis", "--input", "x.npy", "--tune", "-o", "board.plan", "--threads", "2"});
  ASSERT_EQ(tuned.status, 0) << tuned.err;
  ASSERT_EQ(run({"pack", kNetwork.string(), "--for", "board.plan", "-o", "board.dlis"}).status, 0);
  EXPECT_EQ(run_device({"board.dlis", "--input", "x.npy"}).status, 0);
  expect_device_failure({"board.dlis", "--input", "x.npy", "--tune"}, 1, "holds a plan");
}

TEST_F(Device, EveryVerbTakesTheFile) {
  pack();
  for (const char* file : {"net.dlis", "packed.dlis"}) {
    SCOPED_TRACE(file);
    EXPECT_THAT(run({"show", file}).out, HasSubstr("40.6 M multiply-adds"));
    EXPECT_EQ(run({"plan", file, "--tune", "off", "--explain"}).status, 0);
    EXPECT_EQ(run({"bench", file, "--tune", "off", "--seconds", "0.01", "--json"}).status, 0);
    EXPECT_THAT(run({"accuracy", file, "--tune", "off", "--data", kImages + "?limit=100"}).out,
                HasSubstr("of 100 images"));
  }
  expect_failure(
      {"compress", "packed.dlis", "--compress", "weight_prune:zeros=0.5", "-o", "a.onnx"},
      "packed for one plan");
  expect_failure({"compress", "packed.dlis", "--compress", "none", "-o", "a.onnx"},
                 "packed for one plan");
  expect_failure({"pack", "packed.dlis", "-o", "again.dlis"}, "packed for one plan");
  expect_failure({"bench", "packed.dlis", "--batch", "2"}, "one shape");
  expect_failure({"bench", "packed.dlis", "--compute", "reference"}, "holds a plan");
  EXPECT_FALSE(fs::exists(folder_ / "a.onnx") || fs::exists(folder_ / "again.dlis"));
}

TEST_F(Device, WhatCannotBePackedLeavesNothing) {
  const std::size_t before = files();
  expect_failure({"pack", kNetwork.string(), "-o", "net.onnx"}, "ends in .dlis");
  expect_failure({"pack", kNetwork.string(), "-o", "none/net.dlis"}, "no such folder");
  expect_failure({"pack", kNetwork.string(), "--for", kNetwork.string(), "-o", "net.dlis"},
                 "not a plan file");
  write("plan.json", R"({"dlis_plan": 1, "isa": "sse9", "layers": {}})");
  expect_failure({"pack", kNetwork.string(), "--for", "plan.json", "-o", "net.dlis"}, "sse9");
  EXPECT_EQ(run({"pack", kNetwork.string()}).status, 2);
  EXPECT_EQ(files(), before + 3);  // the plan, and what the command said
}

TEST_F(Device, BadCommandLinesAreOneSentence) {
  pack();
  expect_device_failure({}, 2, "MODEL.dlis is missing");
  expect_device_failure({"net.dlis", "--inptu", "x.npy"}, 2, "--input");
  expect_device_failure({"net.dlis", "--input"}, 2, "needs a value");
  expect_device_failure({"net.dlis", "--threads", "0"}, 2, "1 to 1024");
  expect_device_failure({"net.dlis", "--repeat", "x"}, 2, "x");
  expect_device_failure({"net.dlis", "b.dlis"}, 2, "one too many");
  expect_device_failure({"net.dlis", "-o", "p.json"}, 2, "--tune");
  expect_device_failure({kNetwork.string(), "--input", "x.npy"}, 1, "no .dlis file");
  expect_device_failure({"none.dlis", "--input", "x.npy"}, 1, "no such file");
  expect_device_failure({"net.dlis"}, 1, "1 inputs, 0 files");
  expect_device_failure({"net.dlis", "--input", "none.npy"}, 1, "none.npy");
  expect_device_failure({"net.dlis", "--input", "plan.json"}, 1, "no kind of input");
  expect_device_failure({"net.dlis", "--input", "x.npy", "--output", "y.txt"}, 1, "kind of output");
  expect_device_failure({"net.dlis", "--input", "x.npy", "--output", "no/y.npy"}, 1, "folder");
  write("short.bin", "1234");
  expect_device_failure({"net.dlis", "--input", "short.bin"}, 1, "4 bytes");
  EXPECT_FALSE(fs::exists(folder_ / "y.txt"));
}

TEST_F(Device, DamagedWeightsAreToldWhereAskedFor) {
  pack();
  std::string bytes = contents(folder_ / "packed.dlis");
  bytes[bytes.size() / 2] = char(bytes[bytes.size() / 2] ^ 1);
  write("bad.dlis", bytes);
  expect_device_failure({"bad.dlis", "--input", "x.npy", "--check"}, 1, "weights have changed");
  write("cut.dlis", bytes.substr(0, bytes.size() / 2));
  expect_device_failure({"cut.dlis", "--input", "x.npy"}, 1, "cut off");
  expect_failure({"show", "cut.dlis"}, "cut off");
}

class Export : public Device {
 protected:
  void explore(const std::vector<std::string>& choices, const std::string& model) {
    std::vector<std::string> arguments{"explore", "--data", "synthetic:6", "--seconds",
                                       "0.01",    "-o",     "run.db"};
    for (const std::string& rest : choices)
      arguments.insert(arguments.end(), {"--stack", model + " | " + rest});
    const Outcome outcome = run(arguments);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }
  std::vector<Record> records() const {
    return Store::open_existing(folder_ / "run.db")->all().value();
  }

  void expect_no_leftovers() const {
    for (const auto& file : fs::directory_iterator(folder_))
      EXPECT_FALSE(file.path().filename().string().starts_with(".")) << file.path();
  }

  // What a file of the folder computes from its input.
  Tensor output_of(const fs::path& made, const char* network) {
    const Outcome outcome = run_device({(made / network).string(), "--input",
                                        (made / "input.npy").string(), "--output", "got.npy"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return load_npy(folder_ / "got.npy").value();
  }
};

// Rows of bytes, of rounded weights and of f32, one for each record.
TEST_F(Export, TheFolderHoldsWhatWasMeasured) {
  const std::vector<std::string> choices{"none | dense | auto/static | cpu:2",
                                         "quantise:type=int8 | auto | auto/static | cpu:1",
                                         "none | bf16 | indirect_gemm/static | cpu:1",
                                         "weight_prune:zeros=0.9 | csr | auto/static | cpu:1"};
  explore(choices, kNetwork.string());
  const auto measured = records();
  for (std::size_t i = 0; i < choices.size(); ++i) {
    SCOPED_TRACE(choices[i]);
    const std::string name = fmt::format("made{}", i);
    const Outcome outcome = run({"export", "run.db", "--pick", choices[i], "-o", name});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const fs::path made = folder_ / name;
    const Tensor want = load_npy(made / "logits.npy").value();
    const Tensor got = output_of(made, "network.dlis");
    EXPECT_EQ(std::memcmp(got.data(), want.data(), want.bytes()), 0);
    const bool rounds = choices[i].find("bf16") != std::string::npos;
    EXPECT_EQ(fs::exists(made / "network.canonical.dlis"), !rounds);
    const bool bytes = choices[i].find("int8") != std::string::npos;
    if (!rounds) {
      const Tensor anywhere = output_of(made, "network.canonical.dlis");
      EXPECT_FALSE(difference_of(anywhere, want, bytes ? 0.02 : 1e-4).differs);
    }
    const std::string readme = contents(made / "README.md");
    for (const std::string& fact :
         {measured[i].text("stack"), measured[i].text("machine"), measured[i].text("command"),
          fmt::format("{:.4g} ms", *measured[i].number("median_ms")),
          fmt::format("{} bytes", std::int64_t(*measured[i].number("peak_bytes"))),
          std::string("synthetic:6")})
      EXPECT_THAT(readme, HasSubstr(fact));
    const bool elsewhere = is_neon(host_isa()) ? readme.find("On x86-64") != readme.npos
                                               : readme.find("qemu-aarch64") != readme.npos;
    EXPECT_EQ(elsewhere, !rounds) << "a way to run what does not run there";
    EXPECT_EQ(readme.find("NETWORK=network.canonical.dlis") != readme.npos, !rounds);
    for (const char* file : {"example.c", "example.cpp", "Makefile", "README.md"})
      EXPECT_THAT(contents(made / file), testing::Not(HasSubstr("{{")));
    const Graph graph = load_model((made / "network.onnx").string()).value();
    EXPECT_EQ(double(macs_of(graph)), *measured[i].number("macs"));
    EXPECT_NEAR(density_of(graph), *measured[i].number("density"), 1e-9);
  }
  expect_no_leftovers();
}

TEST_F(Export, StoppedAtAnyMomentItLeavesNothing) {
  explore({"weight_prune:zeros=0.5 | dense | auto/static | cpu:1"}, kNetwork.string());
  const Entry entry{1, records()[0]};
  int asked = 0, last = -1;
  ExportOptions options{folder_ / "made", {}, {}, [&](auto, double) { return asked++ != last; }};
  for (last = 0;; ++last, asked = 0) {
    const auto made = export_record(entry, "run.db", options);
    if (made) break;
    EXPECT_EQ(made.error().what, "stopped");
    EXPECT_FALSE(fs::exists(folder_ / "made"));
    expect_no_leftovers();
  }
  EXPECT_GT(last, 4);
  EXPECT_TRUE(fs::exists(folder_ / "made/README.md"));
}

TEST_F(Export, ASavedPlanOfAnotherMachineIsPackedFor) {
  explore({"none | auto | auto/static | cpu:1"}, kNetwork.string());
  ASSERT_EQ(run({"plan", kNetwork.string(), "--tune", "off", "-o", "plan.json"}).status, 0);
  auto plan = nlohmann::json::parse(contents(folder_ / "plan.json"));
  plan["isa"] = host_isa() == Isa::neon ? "avx2" : "neon";
  for (auto& [name, layer] : plan["layers"].items()) layer["row"] = "indirect_gemm";
  write("board.plan", plan.dump());
  const Outcome outcome = run({"export", "run.db", "--for", "board.plan", "-o", "made"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  expect_device_failure({"made/network.dlis", "--input", "made/input.npy"}, 1, "packed for");
  const Tensor want = load_npy(folder_ / "made/logits.npy").value();
  const Tensor got = output_of("made", "network.canonical.dlis");
  EXPECT_EQ(std::memcmp(got.data(), want.data(), want.bytes()), 0);
}

// Their plans are not in the records.
TEST_F(Export, ARecordOfABoardIsExportedForAnyMachineOrForItsFormat) {
  explore({"none | auto | auto/static | cpu:1", "none | bf16 | auto/static | cpu:1"},
          kNetwork.string());
  const char* isa = host_isa() == Isa::neon ? "avx2" : "neon";
  {
    auto store = Store::open(folder_ / "board.db").value();
    for (Record record : records()) {
      record.set("machine", fmt::format("a board, 4 CPUs, {}", isa));
      record.set("layers", {});
      ASSERT_TRUE(store.put(record.text("stack"), record));
    }
  }
  const Outcome any = run({"export", "board.db", "--pick", "1", "-o", "any"});
  ASSERT_EQ(any.status, 0) << any.err;
  EXPECT_THAT(any.out, HasSubstr("`network.dlis` holds canonical weights"));
  EXPECT_FALSE(fs::exists(folder_ / "any/network.canonical.dlis"));
  const Tensor want = load_npy(folder_ / "any/logits.npy").value();
  const Tensor got = output_of("any", "network.dlis");
  EXPECT_EQ(std::memcmp(got.data(), want.data(), want.bytes()), 0);
  const Outcome named = run({"export", "board.db", "--pick", "2", "-o", "named"});
  ASSERT_EQ(named.status, 0) << named.err;
  EXPECT_THAT(named.out, HasSubstr("an estimate"));
  EXPECT_THAT(contents(folder_ / "named/README.md"), HasSubstr(fmt::format("for {} alone", isa)));
  expect_device_failure({"named/network.dlis", "--input", "named/input.npy"}, 1, "packed for");
}

TEST_F(Export, WhatCannotBeExportedLeavesNothing) {
  fs::copy(kNetwork, folder_ / "net.onnx");
  explore({"none | dense | auto/static | cpu:1", "none | dense | sparse_direct/static | cpu:1"},
          "net.onnx");
  const auto fails = [&](std::vector<std::string> arguments, const std::string& what) {
    arguments.insert(arguments.begin(), "export");
    expect_failure(arguments, what);
  };
  fails({"none.db", "-o", "made"}, "no such file");
  fails({"net.onnx", "-o", "made"}, "not a database");
  fails({"run.db", "--pick", "9", "-o", "made"}, "the store has 1 to 2");
  fails({"run.db", "--pick", "x | y", "-o", "made"}, "no record is of the stack `x | y`");
  fails({"run.db", "--pick", "2", "-o", "made"}, "was not measured");
  fails({"run.db", "-o", "x.npy"}, "no folder");
  fails({"run.db", "-o", "cache"}, "not empty");
  fails({"run.db", "-o", "no/made"}, "parent");
  fails({"run.db", "--for", "x.bin", "-o", "made"}, "not a plan file");
  ASSERT_EQ(
      run({"compress", kNetwork.string(), "--compress", "channel_prune:macs=0.5", "-o", "net.onnx"})
          .status,
      0);
  fails({"run.db", "-o", "made"}, "not the one that was measured");
  fs::remove(folder_ / "net.onnx");
  fails({"run.db", "-o", "made"}, "go to the folder in which `dlis explore` ran");
  EXPECT_EQ(run({"export", "run.db"}).status, 2);
  EXPECT_FALSE(fs::exists(folder_ / "made"));
  expect_no_leftovers();
}

}  // namespace
}  // namespace dlis::test
