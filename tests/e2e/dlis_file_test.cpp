// Every built-in network, and compressed ones, as `.dlis` files: the same graph, the same bits.
#include <gmock/gmock.h>

#include <cstring>
#include <ctime>

#include "dlis/base/clock.h"
#include "dlis/base/file.h"
#include "dlis/base/memory.h"
#include "dlis/base/test_folder.h"
#include "dlis/dlis.h"
#include "dlis/model/graph_fields.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> all_forms(bool large) {
  std::vector<std::string> names;
  for (const ModelRow* row : models()) {
    if (row->cifar || row->of_data) names.emplace_back(row->name);
    if (row->imagenet && large) names.push_back(std::string(row->name) + "@224");
  }
  return names;
}

// All but the constants, whose bytes are compared where they lie.
std::string fields_of(Graph graph) {
  for (Value& value : graph.values) value.constant = Tensor();
  FieldWriter fields;
  pass(fields, graph);
  return fields.take();
}

void expect_equal(const Graph& a, const Graph& b) {
  ASSERT_EQ(fields_of(a), fields_of(b));
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const Tensor &x = a.values[i].constant, &y = b.values[i].constant;
    ASSERT_EQ(x.has_value(), y.has_value()) << a.values[i].name;
    if (!x.has_value()) continue;
    ASSERT_TRUE(x.type() == y.type() && x.shape() == y.shape()) << a.values[i].name;
    ASSERT_EQ(std::memcmp(x.data(), y.data(), x.bytes()), 0) << a.values[i].name;
  }
}

std::vector<Tensor> outputs_of(const std::shared_ptr<const Plan>& plan) {
  return Session::open(plan)->run(random_inputs(plan->graph)).value();
}

void expect_same_bits(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_EQ(std::memcmp(a[i].data(), b[i].data(), a[i].bytes()), 0);
}

PlanOptions for_a_file() {
  PlanOptions options;
  options.tune = Tune::off;
  options.keep_weights = true;
  return options;
}

std::string name_of_form(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

class DlisZoo : public testing::TestWithParam<std::string> {};

TEST_P(DlisZoo, IsTheSameGraphFromTheFile) {
  const TestFolder folder("dlis_zoo");
  const fs::path file = folder.path / "net.dlis";
  const Graph built = *build_model(GetParam());
  ASSERT_TRUE(save_dlis(built, file));
  const auto loaded = load_dlis(file, {.check_data = true});
  ASSERT_TRUE(loaded) << loaded.error().message();
  expect_equal(built, *loaded);
}
INSTANTIATE_TEST_SUITE_P(All, DlisZoo, testing::ValuesIn(all_forms(true)), name_of_form);

class DlisRun : public testing::TestWithParam<std::string> {
 protected:
  void expect_same_runs(const Graph& graph) {
    const TestFolder folder("dlis_run");
    const auto want = outputs_of(*make_plan(graph, {.tune = Tune::off}));
    ASSERT_TRUE(save_dlis(graph, folder.path / "net.dlis"));
    const auto canonical = load_model((folder.path / "net.dlis").string());
    ASSERT_TRUE(canonical) << canonical.error().message();
    expect_same_bits(outputs_of(*make_plan(*canonical, {.tune = Tune::off})), want);
    ASSERT_TRUE(save_dlis(**make_plan(graph, for_a_file()), folder.path / "packed.dlis"));
    const auto packed = load_model((folder.path / "packed.dlis").string());
    ASSERT_TRUE(packed) << packed.error().message();
    const auto plan = make_plan(*packed, {.threads = 2});
    ASSERT_TRUE(plan) << plan.error().message();
    expect_same_bits(outputs_of(*plan), want);
  }
};

TEST_P(DlisRun, GivesTheSameBits) { expect_same_runs(*build_model(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Cifar, DlisRun, testing::ValuesIn(all_forms(false)), name_of_form);

class DlisCompressed : public DlisRun {};

TEST_P(DlisCompressed, GivesTheSameBits) {
  const Graph graph = *build_model("resnet20");
  const auto chain = parse_chain(GetParam());
  ASSERT_TRUE(chain) << chain.error().message();
  const auto small = compress(graph, *chain);
  ASSERT_TRUE(small) << small.error().message();
  expect_same_runs(small->graph);
}
INSTANTIATE_TEST_SUITE_P(Chains, DlisCompressed,
                         testing::Values("weight_prune:zeros=0.9", "quantise:type=bf16",
                                         "quantise:type=f16", "ternarise",
                                         "winograd_prune:zeros=0.5", "channel_prune:macs=0.5"),
                         name_of_form);

constexpr std::size_t kMostBytes = 1 << 28;  // some files claim values of gigabytes

// Small networks of everything that files hold, quantised ones among them.
class DlisOnnx : public DlisRun {};

TEST_P(DlisOnnx, GivesTheSameBits) {
  const auto graph = load_model(GetParam());
  if (!graph) GTEST_SKIP() << "no network";
  const auto plan = make_plan(*graph, for_a_file());
  if (!plan) GTEST_SKIP() << "no network that can be planned";
  if ((*plan)->peak_bytes() > kMostBytes) GTEST_SKIP() << "it takes a minute to run";
  expect_same_runs(*graph);
}

std::vector<std::string> onnx_files() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(DLIS_SOURCE_DIR "/tests/fuzz/corpus/onnx"))
    files.push_back(entry.path().string());
  std::ranges::sort(files);
  return files;
}
INSTANTIATE_TEST_SUITE_P(Files, DlisOnnx, testing::ValuesIn(onnx_files()), [](const auto& one) {
  std::string name = fs::path(one.param).filename().string();
  std::ranges::replace(name, '.', '_');
  return name;
});

// 528 MiB of weights: mapped, in memory once, there at once.
TEST(SlowDlisFile, Vgg16IsLoadedAtOnceAndIsInMemoryOnce) {
  const TestFolder folder("dlis_vgg16");
  const fs::path file = folder.path / "net.dlis";
  {
    const Graph graph = *build_model("vgg16@224");
    const auto plan = make_plan(graph, for_a_file());
    ASSERT_TRUE(save_dlis(**plan, file));
  }
  double best = 1e9, wall = 1e9;  // of the processor, which others cannot slow down
  std::size_t weights = 0;
  std::int64_t grown = 0;
  for (int i = 0; i < 5; ++i) {
    const ResidentGrowth growth;
    const double start = now_ms();
    const std::clock_t processor = std::clock();
    const auto started = start_file(file, {});
    ASSERT_TRUE(started) << started.error().message();
    best = std::min(best, 1e3 * double(std::clock() - processor) / CLOCKS_PER_SEC);
    wall = std::min(wall, now_ms() - start);
    Session session = std::move(*Session::open(started->plan));
    ASSERT_TRUE(session.run(random_inputs(started->plan->graph)));
    weights = started->plan->weights_bytes;
    grown = growth.bytes() - std::int64_t(started->plan->arena_bytes) -
            std::int64_t(started->plan->scratch_bytes);
  }
  std::printf("loaded in %.2f ms (processor %.2f), %zu bytes of weights, grown by %ld\n", wall,
              best, weights, long(grown));
  EXPECT_LT(best, 50);
  EXPECT_LT(grown, std::int64_t(weights + weights / 10));
}

}  // namespace
}  // namespace dlis
