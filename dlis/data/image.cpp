// Decodes and resizes through stb (stb_image, stb_image_resize).
#include "dlis/data/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <vector>

#include "dlis/base/file.h"
#include "dlis/base/limits.h"
#include "dlis/base/memory.h"
#include "dlis/base/text.h"

namespace dlis {
namespace {

// What an image's extents let the decoder ask for in one piece: a PNG of one pixel may hold
// gigabytes of zeros.
thread_local std::size_t largest_block = 0;

void* allowed_block(void* block, std::size_t bytes) {
  return bytes > largest_block ? nullptr : std::realloc(block, bytes);
}

}  // namespace
}  // namespace dlis

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#ifdef __clang__
// stb copies the no bytes of an empty chunk to no address, and shifts zeros by 32 where a scan ends
// in the middle of a value: nothing is touched outside, which ASan watches.
#pragma clang attribute push(__attribute__((no_sanitize("nonnull-attribute", "shift"))), \
                             apply_to = function)
#endif
#define STB_IMAGE_IMPLEMENTATION
#define STBI_MALLOC(bytes) dlis::allowed_block(nullptr, bytes)
#define STBI_REALLOC(block, bytes) dlis::allowed_block(block, bytes)
#define STBI_FREE(block) std::free(block)
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb/stb_image.h>
#define STB_IMAGE_RESIZE_IMPLEMENTATION
// It checks how far its sums are from 1 before it divides by them: by more than 0.1 where an image
// of hundreds of pixels becomes one.
#define STBIR_ASSERT(holds) ((void)0)
#define STB_IMAGE_RESIZE_STATIC
#include <stb/stb_image_resize.h>
#ifdef __clang__
#pragma clang attribute pop
#endif
#pragma GCC diagnostic pop

namespace dlis {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Room for what stb needs and nothing else: 16 counts that sum to at most 256, then so many values,
// for tables that exist, until the segment ends. stb_image 2.27 writes past its arrays otherwise.
bool huffman_tables_fit(Bytes segment) {
  while (!segment.empty()) {
    if (segment.size() < 17 || segment[0] >> 4 > 1 || (segment[0] & 15) > 3) return false;
    const std::size_t values = std::accumulate(&segment[1], &segment[17], std::size_t(0));
    if (values > 256 || segment.size() < 17 + values) return false;
    segment = segment.subspan(17 + values);
  }
  return true;
}

// A segment at `at` (its marker's place): from the length's two bytes to its end.
Bytes segment_at(Bytes bytes, std::size_t at) {
  if (at + 4 > bytes.size()) return {};
  const std::size_t length = std::size_t(bytes[at + 2] << 8 | bytes[at + 3]);
  return length < 2 || at + 2 + length > bytes.size() ? Bytes{} : bytes.subspan(at + 2, length);
}

// What a JPEG begins with: a table of every kind and number, which the file's own ones replace. stb
// would decode by memory that nobody wrote where a scan names a table that the file lacks.
std::vector<std::uint8_t> prologue_of_jpeg() {
  constexpr int kTables = 4, kCoefficients = 64, kLengths = 16;
  std::vector<std::uint8_t> out{0xff, 0xd8, 0xff, 0xdb, 0, 0};
  out[4] = (2 + kTables * (1 + kCoefficients)) >> 8;
  out[5] = (2 + kTables * (1 + kCoefficients)) & 0xff;
  for (std::uint8_t table = 0; table < kTables; ++table) {
    out.push_back(table);
    out.insert(out.end(), kCoefficients, 1);
  }
  out.insert(out.end(), {0xff, 0xc4, 0, 2 + 2 * kTables * (1 + kLengths + 1)});
  for (const std::uint8_t kind : {0x00, 0x10})
    for (std::uint8_t table = 0; table < kTables; ++table) {
      out.insert(out.end(), {std::uint8_t(kind | table), 1});  // one code, of one bit
      out.insert(out.end(), kLengths, 0);                      // none of the others; it means 0
    }
  return out;
}

// The JPEG without comments and metadata, up to its end marker (FF D9); empty where there is none:
// stb would fill what is missing with grey. Markers stand at segments, and in coded data wherever
// FF is followed by neither stuffing nor a restart.
std::vector<std::uint8_t> essence_of_jpeg(Bytes bytes) {
  std::vector<std::uint8_t> out = prologue_of_jpeg();
  for (std::size_t at = 2; at + 1 < bytes.size();) {
    const std::uint8_t marker = bytes[at + 1];
    if (bytes[at] != 0xff || marker == 0xff) {
      out.push_back(bytes[at++]);  // coded data, or fill in front of a marker
      continue;
    }
    out.insert(out.end(), {0xff, marker});
    if (marker == 0xd9) return out;
    if (marker <= 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;  // no segment follows
      continue;
    }
    const Bytes segment = segment_at(bytes, at);
    if (segment.empty()) return {};
    const bool app = marker >= 0xe0 && marker <= 0xef, needed = marker == 0xe0 || marker == 0xee;
    if ((app && !needed) || marker == 0xfe)
      out.resize(out.size() - 2);
    else
      out.insert(out.end(), segment.begin(), segment.end());
    at += 2 + segment.size();
  }
  return {};
}

// Wherever stb may find the marker of Huffman tables, sound ones follow. Each scan goes over the
// whole image, and takes a few bytes of the file: there are not too many.
bool is_safe_jpeg(Bytes bytes) {
  int scans = 0;
  for (std::size_t at = 0; at + 1 < bytes.size(); ++at) {
    if (bytes[at] != 0xff) continue;
    if (bytes[at + 1] == 0xda && ++scans > kMostJpegScans) return false;
    if (bytes[at + 1] != 0xc4) continue;
    const Bytes segment = segment_at(bytes, at);
    if (segment.empty() || !huffman_tables_fit(segment.subspan(2))) return false;
  }
  return true;
}

bool is_jpeg(Bytes bytes) { return bytes.size() > 2 && bytes[0] == 0xff && bytes[1] == 0xd8; }

bool is_png(Bytes bytes) {
  constexpr std::uint8_t kSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  return bytes.size() >= 8 &&
         std::equal(std::begin(kSignature), std::end(kSignature), bytes.begin());
}

// Why stb refuses a header: beyond its 2^30 samples it takes a PNG for no image.
std::string refused_header(Bytes bytes) {
  const auto extent = [&](std::size_t at) {
    return std::int64_t(bytes[at]) << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
  };
  const bool known = is_png(bytes) && bytes.size() >= 24;
  if (known && extent(16) > 0 && extent(20) > kMostImagePixels / extent(16))
    return fmt::format("an image of {} x {} pixels is too large to be read", extent(16),
                       extent(20));
  return fmt::format("the image cannot be read ({})", stbi_failure_reason());
}

// Extents and a size that fits into memory before anything is decoded.
Status check_header(Bytes bytes, const std::string& where, std::int64_t most) {
  if (!is_jpeg(bytes) && !is_png(bytes))
    return fail("this is neither a JPEG nor a PNG file", where, "convert it to one of these");
  largest_block = 2 * bytes.size() + (1u << 20);  // its own bytes and the decoder's state
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(bytes.data(), int(bytes.size()), &width, &height, &channels))
    return fail(refused_header(bytes), where, "scale it down or make it again");
  if (std::int64_t(width) * height > most)
    return fail(fmt::format("an image of {} x {} pixels is too large to be read", width, height),
                where, "scale it down");
  const std::int64_t needed =
      std::int64_t(width) * height * 4 * 3;  // with the decoder's own planes
  if (needed > available_memory())
    return fail(fmt::format("an image of {} x {} pixels needs more memory than is available", width,
                            height),
                where);
  largest_block += std::size_t(2 * needed);
  return {};
}

}  // namespace

Result<Tensor> load_image(const std::filesystem::path& file, int channels) {
  const Buffer buffer = DLIS_TRY(read_file(file));
  return parse_image(bytes_of(buffer), file.string(), channels);
}

Result<Tensor> parse_image(std::span<const std::byte> file, const std::string& where, int channels,
                           std::int64_t most) {
  Bytes bytes(reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
  if (bytes.size() > kMostImageBytes) return fail("no image is so large", where);
  std::vector<std::uint8_t> essence;
  if (is_jpeg(bytes)) {
    essence = essence_of_jpeg(bytes);
    if (essence.empty()) return fail("the JPEG file is truncated", where, "download it again");
    if (!is_safe_jpeg(essence)) return fail("the JPEG file is damaged", where, "download it again");
    bytes = essence;
  }
  DLIS_TRY(check_header(bytes, where, most));
  int width = 0, height = 0, stored = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), int(bytes.size()), &width, &height, &stored, channels),
      stbi_image_free);
  if (!pixels)
    return fail(fmt::format("the image is truncated or damaged ({})", stbi_failure_reason()), where,
                "download it again");
  const Shape shape{height, width, channels};
  return Tensor::of<std::uint8_t>(shape, {pixels.get(), std::size_t(shape.elements())});
}

Result<Tensor> fit_image(const Tensor& image, std::int64_t height, std::int64_t width,
                         std::int64_t resize) {
  DLIS_ASSERT(image.shape().rank() == 3 && height > 0 && width > 0);
  const std::int64_t h = image.shape()[0], w = image.shape()[1], channels = image.shape()[2];
  if (h == 0 || w == 0) return fail("the image has no pixels");
  const double covers = std::max(double(height) / double(h), double(width) / double(w));
  const double scale = std::max(covers, double(resize) / double(std::min(h, w)));
  const auto scaled = [&](std::int64_t side, std::int64_t least) {
    return std::max(least, std::int64_t(std::lround(double(side) * scale)));
  };
  const std::int64_t high = scaled(h, height), wide = scaled(w, width);
  if (high > kMostImageSide || wide > kMostImageSide || high * wide * channels > available_memory())
    return fail(
        fmt::format("an image of {} x {} pixels cannot be scaled to {} x {}", w, h, wide, high));

  Tensor large = image;
  if (high != h || wide != w) {
    large = Tensor(DType::u8, {high, wide, channels});
    if (!stbir_resize_uint8_generic(image.as<std::uint8_t>().data(), int(w), int(h), 0,
                                    large.edit<std::uint8_t>().data(), int(wide), int(high), 0,
                                    int(channels), STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP,
                                    STBIR_FILTER_TRIANGLE, STBIR_COLORSPACE_LINEAR, nullptr))
      return fail("the image could not be scaled");
  }
  if (high == height && wide == width) return large;
  Tensor out(DType::u8, {height, width, channels});
  const std::int64_t top = (high - height) / 2, left = (wide - width) / 2;
  for (std::int64_t y = 0; y < height; ++y)
    std::copy_n(large.as<std::uint8_t>().data() + ((top + y) * wide + left) * channels,
                width * channels, out.edit<std::uint8_t>().data() + y * width * channels);
  return out;
}

}  // namespace dlis
