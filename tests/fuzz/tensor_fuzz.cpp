// Any bytes given to the reader of ONNX tensors (.pb) end in a tensor or in an error with a
// sentence.
#include "dlis/model/onnx/onnx.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlis;
  const auto tensor = parse_tensor_pb(fuzz::bytes_of(data, size));
  if (!tensor) return fuzz::expect_sentence(tensor.error()), 0;
  fuzz::expect(tensor->has_value() && tensor->shape().rank() <= kMaxRank);
  return 0;
}
