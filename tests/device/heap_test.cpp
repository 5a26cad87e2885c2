// After the first run a session takes nothing from the heap, whatever its rows are.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "dlis/runtime/file.h"
#include "dlis/runtime/test_graphs.h"

namespace {
std::atomic<long> taken{0};
}

// Every way to the heap ends here: operator new as well.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  ++taken;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++taken;
  return __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  ++taken;
  return __libc_realloc(block, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++taken;
  return __libc_memalign(alignment, size);
}
}

namespace dlis {
namespace {

Graph network(std::int64_t channels) {
  GraphBuilder b;
  const auto relu = [&](ValueId x) { return b.node("Relu", {x}); };
  const ValueId a = relu(b.conv(b.input({1, 3, 16, 16}), 3, channels, 3));
  const ValueId c = relu(b.conv(a, channels, channels, 3));
  const ValueId sum = b.node("Add", {b.conv(c, channels, channels, 3, 1, channels), a});
  const ValueId cat = b.node("Concat", {sum, relu(b.conv(sum, channels, 8, 1))}, axis_attribute(1));
  const ValueId pooled = b.node("GlobalAveragePool", {cat});
  const ValueId flat = b.node("Flatten", {pooled}, axis_attribute(1));
  const ValueId y = b.node("MatMul", {flat, b.weights({channels + 8, 10})});
  return b.finish({b.node("Softmax", {y}, axis_attribute(1))});
}

TEST(Heap, IsCounted) {
  const long before = taken;
  EXPECT_NE(std::make_unique<int>(1), nullptr);
  EXPECT_GT(taken, before);
}

// Layers that fall back may get a library's row, which takes what it likes: they get one of ours.
Result<std::shared_ptr<const Plan>> plan_of_own_rows(const Graph& graph, PlanOptions options) {
  const auto plan = DLIS_TRY(make_plan(graph, options));
  options.choices = choices_of(*plan);
  for (auto& [layer, choice] : options.choices)
    if (choice.row == "onednn") choice = {"indirect_gemm", "dense", "static", "f32"};
  return make_plan(graph, options);
}

class Runs : public testing::TestWithParam<const ConvRow*> {};

TEST_P(Runs, TakeNothingFromTheHeap) {
  PlanOptions options;
  options.tune = Tune::off;
  options.compute = GetParam()->name;
  options.device = GetParam()->device;
  for (const char* format : {"auto", "dense", "bf16", "csr", "bsr"})
    for (int threads : {1, 2}) {
      options.format = format;
      options.threads = threads;
      const auto plan = plan_of_own_rows(network(16), options);
      if (!plan) continue;  // no layer takes that row in that format
      Session session = std::move(*Session::open(*plan));
      const auto inputs = random_inputs((*plan)->graph);
      Tensor output((*plan)->graph.value((*plan)->graph.outputs[0]).type, {1, 10});
      const std::byte* from[] = {inputs[0].data()};
      std::byte* to[] = {output.edit_data()};
      EXPECT_TRUE(session.run(from, to));
      const long before = taken;
      EXPECT_TRUE(session.run(from, to));
      EXPECT_TRUE(session.run(from, to));
      EXPECT_EQ(taken - before, 0) << format << " " << threads;
    }
}

std::vector<const ConvRow*> own_rows() {
  std::vector<const ConvRow*> rows;
  for (const ConvRow* row : conv_rows())
    if (row->device == std::string_view("cpu") && row->name != std::string_view("onednn"))
      rows.push_back(row);
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Rows, Runs, testing::ValuesIn(own_rows()),
                         [](const auto& one) { return std::string(one.param->name); });

}  // namespace
}  // namespace dlis
