// Identity: the input as it is.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {
Folded fold(const Node&, std::span<const Tensor> inputs) { return Folded({inputs[0]}); }
}  // namespace

extern constinit const Operator identity_row{.name = "Identity", .fold = fold};

extern constinit const OnnxForm identity_onnx{};

}  // namespace dlis::model
