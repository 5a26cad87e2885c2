// Any bytes given to the ONNX reader end in a graph or in an error with a sentence. What loads is
// prepared as for a plan, written, and read again.
#include <cstdint>
#include <cstdlib>

#include "dlis/base/file.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/passes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlis;
  LoadOptions options;
  options.max_decompressed_bytes = 1 << 20;
  options.memory_limit = 1 << 20;  // keeps one run within milliseconds
  const auto graph = parse_onnx(std::as_bytes(std::span(data, size)), {}, options);
  if (!graph) {
    if (graph.error().message().empty()) std::abort();
    return 0;
  }
  const auto prepared = prepare(*graph);
  if (!prepared && prepared.error().message().empty()) std::abort();
  const auto written = serialise_onnx(*graph);
  if (!written) return 0;
  if (!parse_onnx(bytes_of(*written), {}, options)) std::abort();
  return 0;
}
