// `.onnx` and `.onnx.gz` files to a Graph, and tensors from `.pb` files.
#include <fmt/format.h>

#include <limits>
#include <new>

#include "dlis/base/file.h"
#include "dlis/model/onnx/gzip.h"
#include "dlis/model/onnx/import.h"
#include "dlis/model/onnx/tensor_proto.h"

namespace dlis {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestMessage = std::numeric_limits<int>::max();  // protobuf counts in int

// protobuf would report to stderr; the library never prints.
void silence_protobuf() {
  static const auto previous = google::protobuf::SetLogHandler(nullptr);
  (void)previous;
}

template <class Message>
Status parse(std::span<const std::byte> bytes, Message& message, const char* what) {
  silence_protobuf();
  if (bytes.empty()) return fail("the file is empty");
  if (bytes.size() > kLongestMessage)
    return fail("the file has more than 2 GiB, which protobuf cannot hold", {},
                "store the weights as external data");
  if (message.ParseFromArray(bytes.data(), int(bytes.size()))) return {};
  return fail(fmt::format("the file is truncated or not {}", what));
}

// A weight that is neither read nor checked may still ask for more memory than there is.
template <class F>
auto without_exceptions(F f) -> decltype(f()) {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    return fail("there is not enough memory");
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}

// Two bytes of a file can be a message of two hundred: messages lie in blocks that are counted.
thread_local std::size_t left_for_messages;

void* take_block(std::size_t bytes) {
  if (bytes > left_for_messages) throw std::bad_alloc();
  left_for_messages -= bytes;
  return ::operator new(bytes);
}
void free_block(void* block, std::size_t) { ::operator delete(block); }

google::protobuf::ArenaOptions counted_blocks() {
  google::protobuf::ArenaOptions options;
  options.block_alloc = take_block;
  options.block_dealloc = free_block;
  return options;
}

Result<Graph> parse_unpacked(std::span<const std::byte> bytes, const fs::path& folder,
                             const LoadOptions& options) {
  left_for_messages = std::size_t(memory_of(options));
  google::protobuf::Arena arena(counted_blocks());
  auto& model = *google::protobuf::Arena::CreateMessage<onnx::ModelProto>(&arena);
  DLIS_TRY(parse(bytes, model, "an ONNX model"));
  return import_model(model, folder, options);
}

// Puts the file's name in front of where the error is.
Error in_file(Error error, const fs::path& file) {
  if (error.where == file.string()) return error;
  error.where = error.where.empty() ? file.string() : file.string() + ", " + error.where;
  return error;
}

}  // namespace

Result<Graph> parse_onnx(std::span<const std::byte> bytes, const fs::path& folder,
                         const LoadOptions& options) {
  return without_exceptions([&]() -> Result<Graph> {
    if (!is_gzip(bytes)) return parse_unpacked(bytes, folder, options);
    const std::string plain = DLIS_TRY(gunzip(bytes, options.max_decompressed_bytes));
    return parse_unpacked(bytes_of(plain), folder, options);
  });
}

Result<Graph> load_onnx(const fs::path& file, const LoadOptions& options) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const Buffer bytes = DLIS_TRY(read_file(file));
  Result<Graph> graph = parse_onnx(bytes_of(bytes), folder, options);
  if (!graph) return tl::unexpected(in_file(std::move(graph.error()), file));
  return graph;
}

Result<Tensor> parse_tensor_pb(std::span<const std::byte> bytes) {
  return without_exceptions([&]() -> Result<Tensor> {
    onnx::TensorProto proto;
    DLIS_TRY(parse(bytes, proto, "an ONNX tensor"));
    return tensor_of(proto, {});
  });
}

Result<Tensor> load_tensor_pb(const fs::path& file) {
  const Buffer bytes = DLIS_TRY(read_file(file));
  Result<Tensor> tensor = parse_tensor_pb(bytes_of(bytes));
  if (!tensor) return tl::unexpected(in_file(std::move(tensor.error()), file));
  return tensor;
}

}  // namespace dlis
