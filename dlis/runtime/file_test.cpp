// `.dlis` files: what is written is read, it runs to the same bits, and nothing damaged is taken.
#include "dlis/runtime/file.h"

#include <gmock/gmock.h>

#include <cstring>

#include "dlis/base/file.h"
#include "dlis/base/limits.h"
#include "dlis/base/rng.h"
#include "dlis/base/test_folder.h"
#include "dlis/model/graph_fields.h"
#include "dlis/runtime/file_header.h"
#include "dlis/runtime/start.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

// Convolutions for several rows, a residual, a weight that two layers share, a dense layer behind a
// flattened image, an operand that stays a constant.
Graph network() {
  GraphBuilder b;
  const auto relu = [&](ValueId x) { return b.node("Relu", {x}); };
  const ValueId a = relu(b.conv(b.input({1, 3, 12, 12}), 3, 16, 3));
  const ValueId c = relu(b.conv(a, 16, 16, 3));
  const ValueId sum = b.node("Add", {b.conv(c, 16, 16, 3, 1, 16), a});
  const ValueId shared = b.weights({16, 16, 1, 1});
  const ValueId once = relu(b.node("Conv", {sum, shared}));
  const ValueId twice = b.node("Conv", {once, shared});
  const ValueId scaled = b.node("PRelu", {twice, b.weights({16, 1, 1})});
  const ValueId flat = b.node("Flatten", {scaled}, axis_attribute(1));
  const ValueId y = b.node("MatMul", {flat, b.weights({16 * 12 * 12, 10})});
  Graph graph = b.finish({b.node("Add", {y, b.weights({10})})});
  graph.name = "small";
  graph.metadata["mean"] = ".5/.4/.3";
  graph.batch_symbol = "n";
  return graph;
}

std::string fields_of(Graph graph) {
  FieldWriter fields;
  pass(fields, graph);
  return fields.take();
}

std::string contents(const fs::path& file) {
  const Buffer bytes = read_file(file).value();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<Tensor> outputs_of(const std::shared_ptr<const Plan>& plan) {
  auto session = Session::open(plan);
  EXPECT_TRUE(session);
  return session->run(random_inputs(plan->graph)).value();
}

void expect_same_bits(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].shape(), b[i].shape());
    EXPECT_EQ(std::memcmp(a[i].data(), b[i].data(), a[i].bytes()), 0);
  }
}

class DlisFile : public testing::Test {
 protected:
  PlanOptions options_for_a_file() const {
    PlanOptions options;
    options.tune = Tune::off;
    options.keep_weights = true;
    return options;
  }

  fs::path packed(const PlanOptions& options) const {
    const auto plan = make_plan(graph_, options);
    EXPECT_TRUE(plan) << plan.error().message();
    const Status saved = save_dlis(**plan, folder_.path / "packed.dlis", "here");
    EXPECT_TRUE(saved) << saved.error().message();
    return folder_.path / "packed.dlis";
  }

  // Bytes as a file: refused in one sentence that names it.
  void expect_refused(const std::string& bytes, const std::string& what,
                      const ReadOptions& options = {}) const {
    const auto graph = load_dlis(folder_.put("bad.dlis", bytes), options);
    ASSERT_FALSE(graph) << what;
    const std::string sentence = graph.error().message();
    EXPECT_THAT(sentence, HasSubstr("bad.dlis"));
    EXPECT_THAT(sentence, HasSubstr(what));
    EXPECT_EQ(sentence.find('\n'), std::string::npos);
  }

  const TestFolder folder_{"file_test"};
  const Graph graph_ = network();
};

TEST_F(DlisFile, CanonicalWeightsAreReadAsTheyWere) {
  const fs::path file = folder_.path / "net.dlis";
  ASSERT_TRUE(save_dlis(graph_, file));
  const auto again = load_dlis(file, {.check_data = true});
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(fields_of(*again), fields_of(graph_));
  EXPECT_EQ(again->packed, nullptr);
  for (const Value& value : again->values)
    if (value.constant.has_value()) {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(value.constant.data()) % kAlignment, 0u);
    }
  const auto options = options_for_a_file();
  expect_same_bits(outputs_of(*make_plan(*again, options)),
                   outputs_of(*make_plan(graph_, options)));
}

TEST_F(DlisFile, EditingALoadedWeightLeavesTheFile) {
  const fs::path file = folder_.path / "net.dlis";
  ASSERT_TRUE(save_dlis(graph_, file));
  const std::string before = contents(file);
  Graph loaded = *load_dlis(file);
  for (Value& value : loaded.values)
    if (value.constant.has_value() && value.type == DType::f32)
      std::ranges::fill(value.constant.edit<float>(), 0.0f);
  EXPECT_EQ(contents(file), before);
  EXPECT_EQ(fields_of(*load_dlis(file)), fields_of(graph_));
}

TEST_F(DlisFile, PackedWeightsRunFromTheMappingToTheSameBits) {
  for (const char* row : {"auto", "indirect_gemm", "winograd_f2", "reference", "sparse_direct"}) {
    SCOPED_TRACE(row);
    PlanOptions options = options_for_a_file();
    options.compute = row;
    if (options.compute == "sparse_direct") options.format = "csr";
    const auto plan = *make_plan(graph_, options);
    const auto graph = load_dlis(packed(options), {.check_data = true});
    ASSERT_TRUE(graph) << graph.error().message();
    ASSERT_TRUE(graph->packed);
    EXPECT_EQ(graph->packed->made_from, "here");
    for (int threads : {1, 3}) {
      PlanOptions again;
      again.threads = threads;
      const auto from_file = make_plan(*graph, again);
      ASSERT_TRUE(from_file) << from_file.error().message();
      EXPECT_EQ(choices_of(**from_file), choices_of(*plan));
      for (const Step& step : (*from_file)->steps)
        if (step.conv_row) {
          EXPECT_EQ(step.packed.is_borrowed(), step.conv_row->portable);
        }
      expect_same_bits(outputs_of(*from_file), outputs_of(plan));
    }
  }
}

TEST_F(DlisFile, AnyHostPacksForAnyInstructionSet) {
  for (int i = 0; name_of(Isa(i)) != "unknown"; ++i) {
    PlanOptions options = options_for_a_file();
    options.isa = Isa(i);
    const auto graph = load_dlis(packed(options));
    ASSERT_TRUE(graph) << graph.error().message();
    const auto plan = make_plan(*graph, {});
    if (Isa(i) == host_isa()) {
      EXPECT_TRUE(plan);
      continue;
    }
    ASSERT_FALSE(plan);
    EXPECT_THAT(plan.error().message(), HasSubstr(std::string(name_of(Isa(i)))));
    PlanOptions there;
    there.isa = Isa(i);
    const auto planned = make_plan(*graph, there);
    ASSERT_TRUE(planned) << planned.error().message();
    EXPECT_FALSE(Session::open(*planned));
  }
}

// A library is compiled for the host: what another machine cannot have is said when it is planned.
TEST_F(DlisFile, ALibrarysRowIsRefusedForAnotherArchitecture) {
  if (!find_conv_row("onednn")) GTEST_SKIP() << "built without the library";
  PlanOptions options = options_for_a_file();
  options.isa = is_neon(host_isa()) ? Isa::avx2 : Isa::neon;
  const auto plan = make_plan(graph_, options);
  ASSERT_TRUE(plan) << plan.error().message();
  for (const auto& [layer, choice] : choices_of(**plan)) {
    EXPECT_NE(choice.row, "onednn");
    options.choices = {{layer, {"onednn", "dense", "static"}}};
    const auto named = make_plan(graph_, options);
    ASSERT_FALSE(named);
    EXPECT_THAT(named.error().message(), HasSubstr("not for " + std::string(name_of(options.isa))));
  }
}

TEST_F(DlisFile, OptionsThatThePackedFileHasDecidedAreRefused) {
  const Graph graph = *load_dlis(packed(options_for_a_file()));
  EXPECT_FALSE(make_plan(graph, {.compute = "reference"}));
  EXPECT_FALSE(make_plan(graph, {.format = "csr"}));
  EXPECT_FALSE(save_dlis(graph, folder_.path / "again.dlis"));
  EXPECT_FALSE(save_dlis(**make_plan(graph, {}), folder_.path / "again.dlis"));
  EXPECT_FALSE(fs::exists(folder_.path / "again.dlis"));
}

TEST_F(DlisFile, CutOffAnywhere) {
  const std::string whole = contents(packed(options_for_a_file()));
  for (std::size_t size = 1; size < whole.size(); size += 1 + size / 9)
    expect_refused(whole.substr(0, size), size < 128 ? "no .dlis file" : "not what it says");
  expect_refused(whole + "x", "not what it says");
}

TEST_F(DlisFile, ABitFlippedInWhatIsSaid) {
  const std::string whole = contents(packed(options_for_a_file()));
  FileHeader header;
  std::memcpy(&header, whole.data(), sizeof header);
  for (std::size_t at = 0; at < sizeof header + header.structure_bytes; at += at < 128 ? 1 : 13) {
    std::string changed = whole;
    changed[at] = char(changed[at] ^ 1 << at % 8);
    expect_refused(changed, "");
  }
}

TEST_F(DlisFile, ABitFlippedInWeightsIsFoundWhereAskedFor) {
  std::string bytes = contents(packed(options_for_a_file()));
  bytes[bytes.size() - 200] = char(bytes[bytes.size() - 200] ^ 4);
  expect_refused(bytes, "weights have changed", {.check_data = true});
  EXPECT_TRUE(load_dlis(folder_.put("other.dlis", bytes)));
}

TEST_F(DlisFile, OfANewerVersion) {
  std::string bytes = contents(packed(options_for_a_file()));
  bytes[8] = 2;
  expect_refused(bytes, "version 2, this dlis reads up to 1");
}

// What is said of a network, written without being looked at.
TEST_F(DlisFile, Limits) {
  const auto refused = [&](const Graph& graph, const std::string& what) {
    const fs::path file = folder_.path / "large.dlis";
    ASSERT_TRUE(save_dlis(graph, file));
    expect_refused(contents(file), what);
  };
  Graph nodes;
  nodes.nodes.resize(kMostNodes + 1, Node{.op = find_operator("Relu")});
  refused(nodes, "more nodes or values");
  Graph value;
  value.add_value({.name = std::string(kMostNameBytes + 1, 'n'), .shape = Shape{1}});
  refused(value, "a name has 4097 bytes");
  value.value(0).name.pop_back();
  value.value(0).shape = Shape{kMostValueElements + 1};
  refused(value, "out of range");
  // A name that stands once in the file, and is asked for a hundred times.
  value.value(0).shape = Shape{1};
  value.values.resize(100, value.value(0));
  ASSERT_GT(100 * kMostNameBytes, kMostFileGrowth * (kMostNameBytes + 100 * 60));
  refused(value, "longer than it is");
  Graph attributes;
  Attributes many;
  for (int i = 0; i < 1024; ++i) many.set(std::to_string(i), std::int64_t(1));
  attributes.nodes.resize(kMostFileTables / 1024,
                          {.op = find_operator("Relu"), .attributes = many});
  refused(attributes, "not whole");
}

// dlis writes none; a file may say that its last inputs are absent.
TEST_F(DlisFile, AbsentInputsAtTheEndAreNone) {
  GraphBuilder b;
  const ValueId x = b.input({2, 8});
  const ValueId normal = b.node("LayerNormalization", {x, b.weights({8})}, axis_attribute(1));
  const Graph graph = b.finish({b.node("Gemm", {normal, b.weights({8, 4})})});
  Graph with_absent = graph;
  for (Node& node : with_absent.nodes) node.inputs.push_back(kNoValue);
  const fs::path file = folder_.path / "absent.dlis";
  ASSERT_TRUE(save_dlis(with_absent, file));
  const auto again = load_dlis(file);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(fields_of(*again), fields_of(graph));
}

TEST_F(DlisFile, NoFileOfOurs) {
  expect_refused("\x08\x07onnx", "no .dlis file");
  EXPECT_THAT(load_dlis(folder_.path / "none.dlis").error().message(), HasSubstr("no such file"));
  EXPECT_THAT(load_dlis(folder_.path).error().message(), HasSubstr("folder"));
  expect_refused("", "empty");
}

TEST_F(DlisFile, TheFirstStartPacksForTheNext) {
  const fs::path file = folder_.path / "net.dlis";
  ASSERT_TRUE(save_dlis(graph_, file));
  const auto first = start_file(file, {});
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_FALSE(first->was_packed);
  EXPECT_EQ(first->packed.parent_path(), folder_.path);
  const auto second = start_file(file, {});
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_TRUE(second->was_packed);
  EXPECT_EQ(second->packed, first->packed);
  expect_same_bits(outputs_of(second->plan), outputs_of(first->plan));
  expect_same_bits(outputs_of(second->plan), outputs_of(*make_plan(graph_, {.tune = Tune::off})));
  EXPECT_FALSE(start_file(file, {.threads = 2})->was_packed);
}

TEST_F(DlisFile, AnotherFileOrADamagedCacheIsPackedAnew) {
  const fs::path file = folder_.path / "net.dlis";
  ASSERT_TRUE(save_dlis(graph_, file));
  const fs::path cache = start_file(file, {})->packed;
  ASSERT_TRUE(write_file_atomic(cache, std::string_view("no cache")));
  EXPECT_FALSE(start_file(file, {})->was_packed);
  EXPECT_TRUE(start_file(file, {})->was_packed);
  ASSERT_TRUE(save_dlis(graph_, file));
  fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(1));
  EXPECT_FALSE(start_file(file, {})->was_packed);
  const auto without = start_file(file, {.keep = false});
  EXPECT_TRUE(without->packed.empty());
}

TEST_F(DlisFile, AReadOnlyPlaceDoesWithoutTheCache) {
  const fs::path file = folder_.path / "net.dlis";
  ASSERT_TRUE(save_dlis(graph_, file));
  StartOptions options;
  options.folder = "/proc/dlis";  // where nobody writes
  const auto started = start_file(file, options);
  ASSERT_TRUE(started) << started.error().message();
  EXPECT_TRUE(started->packed.empty());
  expect_same_bits(outputs_of(started->plan), outputs_of(*make_plan(graph_, {.tune = Tune::off})));
}

// As many bytes of any kind as a row packs are safe to run on: a file may be anything.
TEST_F(DlisFile, RowsSayWhatTheyPackWithoutSeeingWeights) {
  const auto plan = *make_plan(graph_, options_for_a_file());
  for (const Step& step : plan->steps)
    if (step.conv_row && step.conv_row->portable) {
      EXPECT_EQ(step.conv_row->packed_bytes(step.conv, nullptr), step.packed.size()) << step.name;
    }
}

}  // namespace
}  // namespace dlis
