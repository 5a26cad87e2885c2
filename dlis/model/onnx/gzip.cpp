// gzip through zlib: unpacking with a limit on the size, packing without a time stamp.
#include "dlis/model/onnx/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "dlis/base/memory.h"
#include "dlis/base/text.h"

namespace dlis {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for the gzip header
constexpr std::size_t kChunk = 1 << 18;

struct Inflate {
  z_stream stream{};
  bool ready = inflateInit2(&stream, kGzipWindow) == Z_OK;
  ~Inflate() { inflateEnd(&stream); }
};

struct Deflate {
  z_stream stream{};
  bool ready = deflateInit2(&stream, 6, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  ~Deflate() { deflateEnd(&stream); }
};

// zlib counts in 32 bits: hands over the next piece of `left` when the last one is used up.
void feed(z_stream& stream, std::span<const std::byte>& left) {
  if (stream.avail_in != 0 || left.empty()) return;
  const std::size_t piece = std::min<std::size_t>(left.size(), 1u << 30);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(left.data()));
  stream.avail_in = uInt(piece);
  left = left.subspan(piece);
}

std::size_t offer(z_stream& stream, std::vector<char>& chunk) {
  stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
  stream.avail_out = uInt(chunk.size());
  return chunk.size();
}

}  // namespace

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte(0x1f) && bytes[1] == std::byte(0x8b);
}

Result<std::string> gunzip(std::span<const std::byte> bytes, std::uint64_t limit) {
  // A text that grows lies in memory twice for a moment.
  limit = std::min(limit, std::uint64_t(available_memory()) / 2);
  Inflate inflater;
  if (!inflater.ready) return fail("zlib cannot start");
  z_stream& stream = inflater.stream;
  std::string plain;
  std::vector<char> chunk(kChunk);
  for (int code = Z_OK; code != Z_STREAM_END;) {
    feed(stream, bytes);
    const std::size_t offered = offer(stream, chunk);
    code = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = offered - stream.avail_out;
    if (code == Z_BUF_ERROR) return fail("the compressed file is truncated", {}, "fetch it again");
    if (code != Z_OK && code != Z_STREAM_END)
      return fail("the compressed file is damaged", {}, "fetch it again");
    if (plain.size() + made > limit)
      return fail(fmt::format("unpacked it has more than {}", format_bytes(std::int64_t(limit))),
                  {}, "unpack it by hand if it is meant to be so large");
    plain.append(chunk.data(), made);
  }
  return plain;
}

Result<std::string> gzip(std::span<const std::byte> bytes) {
  Deflate deflater;
  z_stream& stream = deflater.stream;
  std::string packed;
  std::vector<char> chunk(kChunk);
  int code = deflater.ready ? Z_OK : Z_MEM_ERROR;
  while (code == Z_OK) {
    feed(stream, bytes);
    const std::size_t offered = offer(stream, chunk);
    code = deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
    packed.append(chunk.data(), offered - stream.avail_out);
  }
  if (code != Z_STREAM_END) return fail("zlib cannot compress");
  return packed;
}

}  // namespace dlis
