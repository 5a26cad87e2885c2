// HardSigmoid: y = max(0, min(1, alpha * x + beta)). Canonical: alpha, beta.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {
Status import(ImportNode& in) {
  set_default(in.node.attributes, "alpha", 0.2f);
  set_default(in.node.attributes, "beta", 0.5f);
  return {};
}
}  // namespace

extern constinit const Operator hard_sigmoid_row{.name = "HardSigmoid"};

extern constinit const OnnxForm hard_sigmoid_onnx{.attributes = "alpha beta", .import = import};

}  // namespace dlis::model
