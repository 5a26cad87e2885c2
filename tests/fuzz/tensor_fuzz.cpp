// Any bytes given to the reader of ONNX tensors (.pb) end in a tensor, which is the same once
// written and read again, or in an error with a sentence.
#include <cstring>

#include "dlis/base/file.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/onnx/tensor_proto.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlis;
  const auto tensor = parse_tensor_pb(fuzz::bytes_of(data, size));
  if (!tensor) return fuzz::expect_sentence(tensor.error()), 0;
  fuzz::expect(tensor->has_value() && tensor->shape().rank() <= kMaxRank);
  if (const Status finite = check_finite(*tensor, "fuzz"); !finite)
    fuzz::expect_sentence(finite.error());
  const std::string written = proto_of(*tensor, "fuzz").SerializeAsString();
  const auto again = parse_tensor_pb(bytes_of(written));
  fuzz::expect(
      again && again->type() == tensor->type() && again->shape() == tensor->shape() &&
      (tensor->bytes() == 0 || std::memcmp(again->data(), tensor->data(), tensor->bytes()) == 0));
  return 0;
}
