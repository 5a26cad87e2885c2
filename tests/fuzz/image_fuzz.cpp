// Any bytes given to the reader of PNG and JPEG files end in an image, which is scaled and cut as a
// network wants it, or in an error with a sentence.
#include "dlis/data/image.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlis;
  constexpr std::int64_t kMost = 1 << 14;  // keeps one run within a millisecond
  const int channels = size % 2 ? 3 : 1;
  const auto image = parse_image(fuzz::bytes_of(data, size), "fuzz", channels, kMost);
  if (!image) return fuzz::expect_sentence(image.error()), 0;
  fuzz::expect(image->shape().rank() == 3 && image->shape()[2] == channels);
  const auto fitted = fit_image(*image, 8, 6, std::int64_t(size % 11));
  if (!fitted) return fuzz::expect_sentence(fitted.error()), 0;
  fuzz::expect(fitted->shape() == Shape{8, 6, channels});
  return 0;
}
