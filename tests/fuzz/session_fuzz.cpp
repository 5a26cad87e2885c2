// What the reader of `.dlis` files takes and is small is planned and run, or refused with a
// sentence; dlis_fuzz looks at the reader alone, which is many times faster.
#include "dlis/runtime/session.h"
#include "tests/fuzz/dlis_file.h"

namespace {

using namespace dlis;
using fuzz::expect_sentence;

constexpr std::int64_t kMostElements = 1 << 16, kMostMacs = 1 << 20;

bool is_small(const Graph& graph) {
  std::int64_t elements = 0, macs = 0;
  for (const Value& value : graph.values) {
    if (!value.shape) return false;
    elements += std::min(value.shape->elements(), kMostElements);
  }
  for (const Node& node : graph.nodes) macs += std::min(macs_of(graph, node), kMostMacs);
  return elements < kMostElements && macs >= 0 && macs < kMostMacs;
}

void run(const Graph& graph) {
  PlanOptions options;
  options.tune = Tune::off;
  const auto plan = make_plan(graph, options);
  if (!plan) return expect_sentence(plan.error());
  auto session = Session::open(*plan);
  if (!session) return expect_sentence(session.error());
  std::vector<Tensor> inputs;
  for (ValueId id : graph.inputs) inputs.emplace_back(graph.value(id).type, *graph.value(id).shape);
  const auto outputs = session->run(inputs);
  if (!outputs) expect_sentence(outputs.error());
}

}  // namespace

// Packed seeds are for it, and it runs everywhere.
extern "C" int LLVMFuzzerInitialize(int*, char***) { return setenv("DLIS_ISA", "generic", 1); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Mapping file = fuzz::exact_copy(data, size);
  fuzz::make_right(file);
  const auto graph = parse_dlis(file, "fuzz");
  if (!graph || !is_small(*graph)) return -1;  // not kept: dlis_fuzz keeps what the reader refuses
  run(*graph);
  return 0;
}
