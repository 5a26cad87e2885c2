// The row `synthetic`: random bytes in the shape of the network's input, the same everywhere.
#include <fmt/format.h>

#include "dlis/base/memory.h"
#include "dlis/base/rng.h"
#include "dlis/base/text.h"
#include "dlis/data/dataset.h"

namespace dlis {
namespace {

constexpr const char* kOptions[] = {"seed"};

Result<Dataset> load(const DatasetRequest& request) {
  std::int64_t count = DLIS_TRY(parse_integer(request.place, "synthetic"));
  if (count <= 0) return fail("the number of images must be at least 1");
  if (request.limit) count = std::min(count, request.limit);
  std::int64_t seed = 1;
  if (const auto text = request.options.find("seed"); text != request.options.end())
    seed = DLIS_TRY(parse_integer(text->second, "seed"));
  const Shape& image = request.image;
  const std::int64_t available = available_memory();
  if (image.elements() > available || count > available / image.elements())
    return fail(
        fmt::format("{} images of {} bytes need more than the {} of memory that are available",
                    count, image.elements(), format_bytes(available)),
        "", "ask for fewer");

  Dataset data;
  data.images = Tensor(DType::u8, {count, image[0], image[1], image[2]});
  data.labels.assign(std::size_t(count), -1);
  Rng rng(static_cast<std::uint64_t>(seed));
  std::uint64_t bits = 0;
  int left = 0;
  for (std::uint8_t& byte : data.images.edit<std::uint8_t>()) {
    if (left == 0) bits = rng(), left = 8;
    byte = std::uint8_t(bits);
    bits >>= 8, --left;
  }
  return data;
}

}  // namespace

extern constinit const DatasetRow synthetic_row{
    .name = "synthetic",
    .form = "synthetic:N?seed=S",
    .options = kOptions,
    .load = load,
};

}  // namespace dlis
