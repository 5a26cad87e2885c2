// ONNX files in and out, through protobuf. The only header that others see of this folder.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "dlis/base/limits.h"
#include "dlis/model/graph.h"

namespace dlis {

// What a file leaves open, and how much memory it may take.
struct LoadOptions {
  std::map<std::string, Shape> shapes;      // `--shape name=1x3x224x224`
  std::int64_t batch = 1;                   // for a symbolic axis 0
  std::map<std::string, Tensor> constants;  // graph inputs fixed to a value at load
  std::uint64_t memory_limit = 0;  // bytes that messages, constants, and then each value may take;
                                   // 0: the memory that is available
  std::uint64_t max_decompressed_bytes = kMostUnpackedBytes;  // of a .gz
};

// Values that follow from shapes and constants alone are computed, nothing else is changed.
// FLOAT16, BFLOAT16 and DOUBLE become f32, BOOL becomes u8; values are numbered as passes/rewrite.h
// says.
//
// Reads `.onnx` or `.onnx.gz`: opset 7 to 25, any IR version, external data inside the model's
// folder. Errors: missing, empty, truncated or not an ONNX file; unknown operators (one report
// names all); symbolic sizes that are not settled (asked for by name); a cycle; weights missing or
// not finite.
Result<Graph> load_onnx(const std::filesystem::path& file, const LoadOptions& options = {});
Result<Graph> parse_onnx(std::span<const std::byte> bytes, const std::filesystem::path& folder,
                         const LoadOptions& options = {});

// Writes opset 17, IR 8; BatchNormalization is kept, and axis 0 stays symbolic (batch_symbol) where
// the network runs with another batch. Operators of our domain have bodies of standard operators.
// `.gz` compresses. Atomic: no partial file. Errors: the file, fused layers, weights that the
// reader refuses (NaN, infinite).
Status save_onnx(const Graph& graph, const std::filesystem::path& file);
Result<std::string> serialise_onnx(const Graph& graph);
// What save_onnx would write as `.onnx.gz`.
Result<std::int64_t> packed_onnx_bytes(const Graph& graph);

// One TensorProto (.pb), as in the ONNX test data layout; types become those that a model's would.
Result<Tensor> load_tensor_pb(const std::filesystem::path& file);
Result<Tensor> parse_tensor_pb(std::span<const std::byte> bytes);
Status save_tensor_pb(const Tensor& tensor, const std::string& name,
                      const std::filesystem::path& file);

}  // namespace dlis
