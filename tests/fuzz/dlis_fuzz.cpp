// Any bytes given to the reader of `.dlis` files end in a graph or in an error with a sentence.
// What is small enough is planned and run. Lengths and hashes are made right first, so that what
// they guard is reached; the bytes lie in a block of their own size, so that nothing behind them is
// read.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "dlis/runtime/file.h"
#include "dlis/runtime/file_header.h"
#include "dlis/runtime/session.h"

namespace {

using namespace dlis;

constexpr std::int64_t kMostElements = 1 << 16, kMostMacs = 1 << 20;

Mapping exact_copy(const std::uint8_t* data, std::size_t size) {
  void* block = nullptr;
  if (posix_memalign(&block, kAlignment, size) != 0) std::abort();
  std::memcpy(block, data, size);
  return {{static_cast<const std::byte*>(block), size},
          std::shared_ptr<const void>(block, [](void* b) { std::free(b); })};
}

void make_right(const Mapping& file) {
  auto* begin = const_cast<std::byte*>(file.bytes.data());
  FileHeader header;
  if (file.bytes.size() < sizeof header) return;
  std::memcpy(&header, begin, sizeof header);
  header.magic = kFileMagic, header.version = kFileVersion, header.zeros = {};
  if (header.structure_bytes > file.bytes.size() - sizeof header ||
      data_begin(header) > file.bytes.size())
    return;
  header.data_bytes = file.bytes.size() - data_begin(header);
  header.hash = hash_of(header, file.bytes.subspan(sizeof header, header.structure_bytes));
  std::memcpy(begin, &header, sizeof header);
}

bool is_small(const Graph& graph) {
  std::int64_t elements = 0, macs = 0;
  for (const Value& value : graph.values) {
    if (!value.shape) return false;
    elements += std::min(value.shape->elements(), kMostElements);
  }
  for (const Node& node : graph.nodes) macs += std::min(macs_of(graph, node), kMostMacs);
  return elements < kMostElements && macs >= 0 && macs < kMostMacs;
}

void expect_sentence(const Error& error) {
  if (error.message().empty()) std::abort();
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
  const Mapping file = exact_copy(data, size);
  make_right(file);
  const auto graph = parse_dlis(file, "fuzz");
  if (!graph)
    expect_sentence(graph.error());
  else if (is_small(*graph))
    run(*graph);
  return 0;
}
