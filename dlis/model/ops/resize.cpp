// Resize: nearest or linear interpolation along the axes whose scale is not 1. Canonical: mode
// (nearest, linear), coordinate_transformation_mode, nearest_mode, scales (one an axis: output over
// input), and sizes where the file gave them (one an axis; 0 keeps x's extent).
#include <algorithm>
#include <cmath>

#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status check_modes(const Attributes& attributes) {
  const std::string mode = attributes.text("mode");
  if (mode != "nearest" && mode != "linear")
    return fail(fmt::format("mode '{}' is not supported", mode), {}, "use nearest or linear");
  const std::string coordinates = attributes.text("coordinate_transformation_mode");
  if (coordinates == "tf_crop_and_resize" || coordinates == "tf_half_pixel_for_nn")
    return fail(fmt::format("coordinate_transformation_mode '{}' is not supported", coordinates));
  if (attributes.integer("antialias")) return fail("antialias is not supported");
  return {};
}

// Before opset 11 there was one rule: round down, and up where the map shrinks.
void set_old_rule(Attributes& attributes) {
  const Floats scales = attributes.floats("scales");
  const bool grows = std::ranges::any_of(scales, [](float s) { return s > 1; });
  const bool shrinks = std::ranges::any_of(scales, [](float s) { return s < 1; });
  attributes.set("coordinate_transformation_mode", std::string("asymmetric"));
  attributes.set("nearest_mode", std::string(shrinks && !grows ? "ceil" : "floor"));
}

Status import(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  set_default(attributes, "mode", std::string("nearest"));
  if (in.opset < 11) {
    if (!attributes.has("scales")) DLIS_TRY(take_settings(in, 1, {{"scales", Kind::reals}}));
    set_old_rule(attributes);
  } else {
    DLIS_TRY(take_settings(in, 1, {{""}, {"scales", Kind::reals}, {"sizes"}}));
  }
  set_default(attributes, "coordinate_transformation_mode", std::string("half_pixel"));
  set_default(attributes, "nearest_mode", std::string("round_prefer_floor"));
  DLIS_TRY(check_modes(attributes));
  if (attributes.ints("sizes").empty()) attributes.erase("sizes");
  if (attributes.text("keep_aspect_ratio_policy", "stretch") == "stretch")
    attributes.erase("keep_aspect_ratio_policy");
  erase(attributes, {"antialias", "cubic_coeff_a", "exclude_outside", "extrapolation_value"});
  return attributes.has("sizes") ? Status() : require(attributes, "scales");
}

Status import_upsample(ImportNode& in) {
  in.node.op = find_operator("Resize");
  return import(in);
}

// What is named for some axes only becomes one number for each: 1 a scale, 0 a size that stays.
template <class List>
Status spread(Attributes& attributes, const char* name, const Ints& axes, List all,
              const List& some) {
  if (some.size() != axes.size())
    return fail(fmt::format("its {} are {} numbers for {} axes", name, some.size(), axes.size()));
  for (std::size_t i = 0; i < axes.size(); ++i) all[std::size_t(axes[i])] = some[i];
  attributes.set(name, all);
  return {};
}

Status complete(Attributes& attributes, int rank) {
  const auto count = std::size_t(rank);
  if (attributes.has("axes")) {
    const Ints axes = DLIS_TRY(resolve_axes(attributes.ints("axes"), rank));
    if (attributes.has("sizes"))
      DLIS_TRY(spread(attributes, "sizes", axes, Ints(count, 0), attributes.ints("sizes")));
    else
      DLIS_TRY(spread(attributes, "scales", axes, Floats(count, 1), attributes.floats("scales")));
    attributes.erase("axes");
  }
  const std::size_t given = attributes.has("sizes") ? attributes.ints("sizes").size()
                                                    : attributes.floats("scales").size();
  if (given == count) return {};
  return fail(fmt::format("it gives {} sizes or scales for {} axes", given, rank));
}

// The one scale that fits all sizes, where the aspect ratio is to be kept; else 0.
double common_scale(const Attributes& attributes, const Shape& x, const Ints& sizes) {
  const std::string policy = attributes.text("keep_aspect_ratio_policy");
  if (policy.empty()) return 0;
  std::vector<double> scales;
  for (int axis = 0; axis < x.rank(); ++axis)
    if (sizes[std::size_t(axis)] > 0)
      scales.push_back(double(sizes[std::size_t(axis)]) / double(x[axis]));
  if (scales.empty()) return 0;
  return policy == "not_larger" ? std::ranges::min(scales) : std::ranges::max(scales);
}

Status resize_to(Attributes& attributes, const Shape& x, Shape& y) {
  Ints sizes = attributes.ints("sizes");
  if (!sizes.empty() && sizes[0] == x[0]) sizes[0] = 0;  // holds for another batch as well
  attributes.set("sizes", sizes);
  const double common = common_scale(attributes, x, sizes);
  Floats scales;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t size = sizes[std::size_t(axis)];
    if (size < 0) return fail(fmt::format("its sizes name the extent {}", size));
    if (size > 0) y[axis] = common > 0 ? std::llround(common * double(x[axis])) : size;
    scales.push_back(size > 0 && common > 0 ? float(common) : float(y[axis]) / float(x[axis]));
  }
  attributes.set("scales", scales);
  return {};
}

Status infer(InferContext& context) {
  const Shape& x = shape_of(context, 0);
  Attributes& attributes = context.node.attributes;
  for (auto extent : x)
    if (extent < 1) return fail(fmt::format("its input is {}", x.text()));
  DLIS_TRY(complete(attributes, x.rank()));
  Shape y = x;
  if (attributes.has("sizes")) {
    DLIS_TRY(resize_to(attributes, x, y));
  } else {
    const Floats scales = attributes.floats("scales");
    for (int axis = 0; axis < x.rank(); ++axis) {
      const float scale = scales[std::size_t(axis)];
      if (!(scale > 0 && scale < 1e6f)) return fail(fmt::format("its scales name {}", scale));
      y[axis] = std::int64_t(std::floor(float(x[axis]) * scale));
    }
  }
  set_output(context, y);
  return {};
}

Tensor floats(const Floats& values) {
  return Tensor::of<float>({std::int64_t(values.size())}, values);
}

Status export_(ExportNode& out) {
  Attributes& attributes = out.node.attributes;
  if (attributes.has("keep_aspect_ratio_policy") ||
      attributes.text("coordinate_transformation_mode") == "half_pixel_symmetric")
    return fail("keeps the aspect ratio or is half_pixel_symmetric, which opset 17 does not know");
  out.add_absent_input();
  if (attributes.has("sizes")) {
    out.add_absent_input();
    out.add_input("sizes", Tensor::ints(to_ints(*out.graph.value(out.node.outputs[0]).shape)));
  } else {
    out.add_input("scales", floats(attributes.floats("scales")));
  }
  erase(attributes, {"sizes", "scales"});
  return {};
}

}  // namespace

extern constinit const Operator resize_row{.name = "Resize", .infer = infer};

extern constinit const OnnxForm resize_onnx{
    .attributes =
        "mode coordinate_transformation_mode nearest_mode axes antialias cubic_coeff_a "
        "exclude_outside extrapolation_value keep_aspect_ratio_policy",
    .import = import,
    .export_ = export_};

// Opset 7 to 9; import makes a Resize of it.
extern constinit const Operator upsample_row{.name = "Upsample"};

extern constinit const OnnxForm upsample_onnx{.attributes = "mode scales",
                                              .import = import_upsample};

}  // namespace dlis::model
