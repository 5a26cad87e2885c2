// The row `synthetic`: random bytes in the shape of the network's image, or random numbers in the
// shapes of its inputs, the same everywhere.
#include <fmt/format.h>

#include "dlis/base/memory.h"
#include "dlis/base/rng.h"
#include "dlis/base/text.h"
#include "dlis/data/dataset.h"

namespace dlis {
namespace {

constexpr const char* kOptions[] = {"seed"};

Status check_memory(const DatasetRequest& request, std::int64_t count) {
  std::int64_t each = request.image.rank() > 0 ? request.image.elements() : 0;
  if (each == 0)
    for (const DataInput& input : request.inputs)
      each += input.shape.elements() * std::int64_t(sizeof(float));
  const std::int64_t available = available_memory();
  if (each <= available && count <= available / std::max<std::int64_t>(1, each)) return {};
  return fail(
      fmt::format("{} images of {} bytes need more than the {} of memory that are available", count,
                  each, format_bytes(available)),
      "", "ask for fewer");
}

Tensor random_bytes(const Shape& image, std::int64_t count, Rng& rng) {
  Tensor images(DType::u8, {count, image[0], image[1], image[2]});
  std::uint64_t bits = 0;
  int left = 0;
  for (std::uint8_t& byte : images.edit<std::uint8_t>()) {
    if (left == 0) bits = rng(), left = 8;
    byte = std::uint8_t(bits);
    bits >>= 8, --left;
  }
  return images;
}

// Of mean 0 and deviation 1.
Tensor random_numbers(Shape shape, std::int64_t count, Rng& rng) {
  shape[0] = count;
  Tensor array(DType::f32, shape);
  for (float& x : array.edit<float>()) x = float(rng.normal());
  return array;
}

Result<Dataset> load(const DatasetRequest& request) {
  std::int64_t count = DLIS_TRY(parse_integer(request.place, "synthetic"));
  if (count <= 0) return fail("the number of images must be at least 1");
  if (request.limit) count = std::min(count, request.limit);
  std::int64_t seed = 1;
  if (const auto text = request.options.find("seed"); text != request.options.end())
    seed = DLIS_TRY(parse_integer(text->second, "seed"));
  DLIS_TRY(check_memory(request, count));
  Dataset data;
  data.labels.assign(std::size_t(count), -1);
  Rng rng(static_cast<std::uint64_t>(seed));
  if (request.image.rank() > 0)
    data.images = random_bytes(request.image, count, rng);
  else
    for (const DataInput& input : request.inputs)
      data.arrays.push_back(random_numbers(input.shape, count, rng));
  return data;
}

}  // namespace

extern constinit const DatasetRow synthetic_row{
    .name = "synthetic",
    .form = "synthetic:N?seed=S",
    .options = kOptions,
    .load = load,
    .arrays = true,
};

}  // namespace dlis
