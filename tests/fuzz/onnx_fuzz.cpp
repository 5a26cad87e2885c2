// Any bytes given to the ONNX reader end in a graph or in an error with a sentence. What loads is
// counted, prepared as for a plan, written, and read again; sizes that a network asks for are given
// to it.
#include <fstream>

#include "dlis/base/file.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/passes.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace dlis;

// With a file for external data in it, and a folder.
const std::filesystem::path& folder() {
  static const std::filesystem::path made = [] {
    const auto path = std::filesystem::temp_directory_path() / "dlis_onnx_fuzz";
    std::filesystem::create_directories(path / "folder");
    std::ofstream(path / "weights.bin", std::ios::binary) << std::string(4096, '\x01');
    return path;
  }();
  return made;
}

// The reader asks for sizes by the name of the input: "give one: --shape NAME=1x3xSIZExSIZE".
bool give_shape(const Error& error, LoadOptions& options) {
  const std::size_t begin = error.hint.find("--shape "), end = error.hint.rfind('=');
  if (begin == std::string::npos || end == std::string::npos || end < begin + 8) return false;
  return options.shapes.emplace(error.hint.substr(begin + 8, end - begin - 8), Shape{1, 3, 8, 8})
      .second;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  LoadOptions options;
  options.max_decompressed_bytes = 1 << 20;
  options.memory_limit = 1 << 20;  // keeps one run within milliseconds
  auto graph = parse_onnx(fuzz::bytes_of(data, size), folder(), options);
  for (int i = 0; i < 3 && !graph && give_shape(graph.error(), options); ++i)
    graph = parse_onnx(fuzz::bytes_of(data, size), folder(), options);
  if (!graph) return fuzz::expect_sentence(graph.error()), 0;
  fuzz::expect(macs_of(*graph) >= 0 && parameters_of(*graph) >= 0);
  if (const auto prepared = prepare(*graph); !prepared) fuzz::expect_sentence(prepared.error());
  const auto written = serialise_onnx(*graph);
  if (!written) return 0;
  options.shapes.clear();
  fuzz::expect(parse_onnx(bytes_of(*written), {}, options).has_value());
  return 0;
}
