// BatchNormalization at inference: y = scale * (x - mean) / sqrt(var + epsilon) + bias, per channel
// (axis 1). Inputs x, scale, bias, mean, var. Canonical: epsilon, momentum.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  if (attributes.integer("training_mode"))
    return fail("training_mode is 1, but only inference is supported", {},
                "export the network in evaluation mode");
  if (!attributes.integer("spatial", 1))
    return fail("spatial is 0: statistics for each position are not supported");
  erase(attributes, {"training_mode", "spatial"});
  set_default(attributes, "epsilon", 1e-5f);
  set_default(attributes, "momentum", 0.9f);
  return {};
}

Status infer(InferContext& context) {
  static constexpr const char* kNames[] = {"x", "scale", "bias", "mean", "variance"};
  DLIS_TRY(check_rank(context, 0, 1));
  DLIS_TRY(check_same_types(context));
  const Shape& x = shape_of(context, 0);
  const std::int64_t channels = x.rank() > 1 ? x[1] : 1;
  for (int i = 1; i < 5; ++i)
    if (shape_of(context, i) != Shape{channels})
      return fail(fmt::format("its {} is {}, but its input has {} channels", kNames[i],
                              shape_of(context, i).text(), channels));
  set_output(context, x);
  return {};
}

}  // namespace

extern constinit const Operator batch_normalization_row{.name = "BatchNormalization",
                                                        .min_inputs = 5,
                                                        .max_inputs = 5,
                                                        .weights = 0b00110,
                                                        .infer = infer};

extern constinit const OnnxForm batch_normalization_onnx{
    .attributes = "epsilon momentum training_mode spatial", .import = import};

}  // namespace dlis::model
