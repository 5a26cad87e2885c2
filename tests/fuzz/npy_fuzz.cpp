// Any bytes given to the reader of .npy files end in a tensor, which is the same once written and
// read again, or in an error with a sentence.
#include <cstring>

#include "dlis/format/npy.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlis;
  const auto tensor = parse_npy(fuzz::bytes_of(data, size));
  if (!tensor) return fuzz::expect_sentence(tensor.error()), 0;
  const std::string written = serialise_npy(*tensor);
  const auto again = parse_npy(std::as_bytes(std::span(written)));
  fuzz::expect(
      again && again->type() == tensor->type() && again->shape() == tensor->shape() &&
      (tensor->bytes() == 0 || std::memcmp(again->data(), tensor->data(), tensor->bytes()) == 0));
  return 0;
}
