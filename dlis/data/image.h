// JPEG and PNG files, and images made to fit a network's input.
#pragma once
#include <filesystem>
#include <span>

#include "dlis/base/limits.h"
#include "dlis/data/dataset.h"

namespace dlis {

// The image as H x W x C bytes, C = `channels` (3: red, green, blue; 1: grey); transparency is
// dropped. Errors: missing, empty, truncated or not a JPEG or PNG file; larger than the available
// memory.
Result<Tensor> load_image(const std::filesystem::path& file, int channels = 3);
// The same of a file's bytes; `where` names it in errors. `most` pixels are decoded.
Result<Tensor> parse_image(std::span<const std::byte> file, const std::string& where,
                           int channels = 3, std::int64_t most = kMostImagePixels);

// H x W x C bytes in other extents: scaled so that the shorter side is `resize` (0: the least that
// covers the crop), triangle filter widened when shrinking, then the centre of `height` x `width`
// is cut out. A `resize` too small to cover the crop is raised.
Result<Tensor> fit_image(const Tensor& image, std::int64_t height, std::int64_t width,
                         std::int64_t resize = 0);

// load_image, fit_image and normalised in one: an f32 tensor of `input_shape` (1 x C x H x W).
Result<Tensor> load_input_image(const std::filesystem::path& file, const Shape& input_shape,
                                const Preprocessing& how);

}  // namespace dlis
