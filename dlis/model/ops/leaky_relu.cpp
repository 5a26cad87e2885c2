// LeakyRelu: y = x < 0 ? alpha * x : x. Canonical: alpha.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {
Status import(ImportNode& in) {
  set_default(in.node.attributes, "alpha", 0.01f);
  return {};
}
}  // namespace

extern constinit const Operator leaky_relu_row{.name = "LeakyRelu"};

extern constinit const OnnxForm leaky_relu_onnx{.attributes = "alpha", .import = import};

}  // namespace dlis::model
