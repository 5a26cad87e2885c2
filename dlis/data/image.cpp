// Decodes and resizes through stb (stb_image, stb_image_resize).
#include "dlis/data/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "dlis/base/file.h"
#include "dlis/base/memory.h"
#include "dlis/base/text.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb/stb_image.h>
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#include <stb/stb_image_resize.h>
#pragma GCC diagnostic pop

namespace dlis {
namespace {

using Bytes = std::span<const std::uint8_t>;

// stb fills what is missing at the end of a JPEG with grey, so the markers are followed here:
// segments up to a scan (FF DA), then coded data up to a marker that is neither stuffing nor a
// restart, until the end of the image (FF D9).
bool jpeg_is_whole(Bytes bytes) {
  std::size_t at = 2;
  while (at + 1 < bytes.size()) {
    if (bytes[at] != 0xff) {
      ++at;  // coded data
      continue;
    }
    const std::uint8_t marker = bytes[at + 1];
    if (marker == 0xd9) return true;
    if (marker == 0xff) {
      ++at;  // fill
    } else if (marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;  // no segment follows
    } else {
      if (at + 3 >= bytes.size()) return false;
      at += 2 + std::size_t(bytes[at + 2] << 8 | bytes[at + 3]);
    }
  }
  return false;
}

bool is_jpeg(Bytes bytes) { return bytes.size() > 2 && bytes[0] == 0xff && bytes[1] == 0xd8; }

bool is_png(Bytes bytes) {
  constexpr std::uint8_t kSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  return bytes.size() >= 8 &&
         std::equal(std::begin(kSignature), std::end(kSignature), bytes.begin());
}

// Extents and a size that fits into memory before anything is decoded.
Status check_header(Bytes bytes, const std::string& where) {
  if (!is_jpeg(bytes) && !is_png(bytes))
    return fail("this is neither a JPEG nor a PNG file", where, "convert it to one of these");
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(bytes.data(), int(bytes.size()), &width, &height, &channels))
    return fail(fmt::format("the image cannot be read ({})", stbi_failure_reason()), where);
  const std::int64_t needed =
      std::int64_t(width) * height * 4 * 3;  // with the decoder's own planes
  if (needed > available_memory())
    return fail(fmt::format("an image of {} x {} pixels needs more memory than is available", width,
                            height),
                where);
  if (is_jpeg(bytes) && !jpeg_is_whole(bytes))
    return fail("the JPEG file is truncated", where, "download it again");
  return {};
}

}  // namespace

Result<Tensor> load_image(const std::filesystem::path& file, int channels) {
  const Buffer buffer = DLIS_TRY(read_file(file));
  const Bytes bytes(reinterpret_cast<const std::uint8_t*>(buffer.data()), buffer.size());
  if (bytes.size() > (std::size_t(1) << 30)) return fail("no image is so large", file.string());
  DLIS_TRY(check_header(bytes, file.string()));
  int width = 0, height = 0, stored = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), int(bytes.size()), &width, &height, &stored, channels),
      stbi_image_free);
  if (!pixels)
    return fail(fmt::format("the image is truncated or damaged ({})", stbi_failure_reason()),
                file.string(), "download it again");
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
  if (high > 65536 || wide > 65536 || high * wide * channels > available_memory())
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

Result<Tensor> load_input_image(const std::filesystem::path& file, const Shape& input_shape,
                                const Preprocessing& how) {
  const bool fits = input_shape.rank() == 4 && input_shape[0] == 1 && input_shape[2] > 0 &&
                    input_shape[3] > 0 && (input_shape[1] == 1 || input_shape[1] == 3);
  if (!fits)
    return fail(fmt::format("an image does not fit the network's input of {}", input_shape.text()),
                file.string(),
                "it needs 1 x 3 x H x W or 1 x 1 x H x W; a .npy file can have any shape");
  const Tensor image = DLIS_TRY(load_image(file, int(input_shape[1])));
  const Tensor fitted = DLIS_TRY(fit_image(image, input_shape[2], input_shape[3],
                                           how.resize_for(input_shape[2], input_shape[3])));
  return normalised(fitted.reshaped({1, input_shape[2], input_shape[3], input_shape[1]}), how, 0,
                    1);
}

}  // namespace dlis
