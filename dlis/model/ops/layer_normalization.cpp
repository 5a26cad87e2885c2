// LayerNormalization: y = scale * (x - mean) / sqrt(variance + epsilon) + bias, mean and variance
// over the axes from `axis` on (Ba, Kiros and Hinton, "Layer Normalization", 2016). Inputs x,
// scale, optional bias; both have the extents of these axes. Canonical: axis, epsilon.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  set_default(attributes, "axis", std::int64_t(-1));
  set_default(attributes, "epsilon", 1e-5f);
  attributes.erase("stash_type");  // the type of mean and variance, which are f32 here
  return {};
}

Status infer(InferContext& context) {
  DLIS_TRY(check_rank(context, 0, 1));
  DLIS_TRY(check_same_types(context));
  const Shape& x = shape_of(context, 0);
  Attributes& attributes = context.node.attributes;
  const int axis = DLIS_TRY(resolve_axis(attributes.integer("axis"), x.rank()));
  attributes.set("axis", std::int64_t(axis));
  const Shape normalised = DLIS_TRY(make_shape(std::span(x.begin() + axis, x.end())));
  for (int i = 1; i < int(context.inputs.size()); ++i)
    if (shape_of(context, i) != normalised)
      return fail(fmt::format("its {} is {}, but it normalises over {}", i == 1 ? "scale" : "bias",
                              shape_of(context, i).text(), normalised.text()));
  set_output(context, x);
  return {};
}

}  // namespace

extern constinit const Operator layer_normalization_row{.name = "LayerNormalization",
                                                        .min_inputs = 2,
                                                        .max_inputs = 3,
                                                        .weights = 0b110,
                                                        .infer = infer};

extern constinit const OnnxForm layer_normalization_onnx{.attributes = "axis epsilon stash_type",
                                                         .import = import};

}  // namespace dlis::model
