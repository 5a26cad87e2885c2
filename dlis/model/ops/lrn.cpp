// LRN: y = x / (bias + alpha / size * sum of x^2 over `size` channels around)^beta.
// Canonical: alpha, beta, bias, size.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  set_default(attributes, "alpha", 1e-4f);
  set_default(attributes, "beta", 0.75f);
  set_default(attributes, "bias", 1.0f);
  return require(attributes, "size");
}

Status infer(InferContext& context) {
  DLIS_TRY(check_rank(context, 0, 2));
  const std::int64_t size = context.node.attributes.integer("size");
  if (size < 1 || size > 1 << 20) return fail("its size has to be from 1 to 1048576");
  set_output(context, shape_of(context, 0));
  return {};
}

}  // namespace

extern constinit const Operator lrn_row{.name = "LRN", .infer = infer};

extern constinit const OnnxForm lrn_onnx{.attributes = "alpha beta bias size", .import = import};

}  // namespace dlis::model
