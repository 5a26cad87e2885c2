// Slice: along each of `axes`, from starts to ends (exclusive) in steps. Canonical: starts, ends,
// axes, steps, one number each an axis that is cut. Starts and ends stay as ONNX has them: negative
// ones count from the end, and both are clamped to the axis.
#include <algorithm>
#include <numeric>

#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

struct Cut {
  std::int64_t begin, count, step;
};

Cut cut_of(std::int64_t extent, std::int64_t start, std::int64_t end, std::int64_t step) {
  constexpr std::int64_t kFar = std::int64_t(1) << 40;
  step = std::clamp(step, -kFar, kFar);
  if (start < 0) start += extent;
  if (end < 0) end += extent;
  const std::int64_t low = step < 0 ? -1 : 0, high = step < 0 ? extent - 1 : extent;
  start = std::clamp(start, std::int64_t(0), std::max<std::int64_t>(high, 0));
  end = std::clamp(end, low, std::max(high, low));
  const std::int64_t span = step < 0 ? start - end : end - start;
  return {start, span <= 0 || extent == 0 ? 0 : (span - 1) / std::abs(step) + 1, step};
}

std::vector<Cut> cuts_of(const Attributes& attributes, const Shape& x) {
  const Ints starts = attributes.ints("starts"), ends = attributes.ints("ends");
  const Ints axes = attributes.ints("axes"), steps = attributes.ints("steps");
  std::vector<Cut> cuts;
  for (auto extent : x) cuts.push_back({0, extent, 1});
  for (std::size_t i = 0; i < axes.size(); ++i)
    cuts[std::size_t(axes[i])] = cut_of(x[int(axes[i])], starts[i], ends[i], steps[i]);
  return cuts;
}

Status import(ImportNode& in) {
  if (in.opset >= 10) DLIS_TRY(take_settings(in, 1, {{"starts"}, {"ends"}, {"axes"}, {"steps"}}));
  DLIS_TRY(require(in.node.attributes, "starts"));
  return require(in.node.attributes, "ends");
}

Status complete(Attributes& attributes, int rank) {
  const std::size_t count = attributes.ints("starts").size();
  Ints axes = attributes.ints("axes"), steps = attributes.ints("steps");
  if (axes.empty()) {
    axes.resize(count);
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (steps.empty()) steps.assign(count, 1);
  if (attributes.ints("ends").size() != count || axes.size() != count || steps.size() != count)
    return fail("its starts, ends, axes and steps are not equally many");
  if (std::ranges::count(steps, 0) > 0) return fail("one of its steps is 0");
  attributes.set("axes", DLIS_TRY(resolve_axes(axes, rank)));
  attributes.set("steps", steps);
  return {};
}

Status infer(InferContext& context) {
  Shape y = shape_of(context, 0);
  DLIS_TRY(complete(context.node.attributes, y.rank()));
  int axis = 0;
  for (const Cut& cut : cuts_of(context.node.attributes, shape_of(context, 0)))
    y[axis++] = cut.count;
  set_output(context, y);
  return {};
}

Status export_(ExportNode& out) {
  for (const char* name : {"starts", "ends", "axes", "steps"}) give_ints(out, name);
  return {};
}

Folded fold(const Node& node, std::span<const Tensor> inputs) {
  ConstView from = inputs[0].view();
  const std::vector<Cut> cuts = cuts_of(node.attributes, from.shape);
  std::int64_t origin = 0;
  for (int axis = 0; axis < from.shape.rank(); ++axis) {
    const Cut& cut = cuts[std::size_t(axis)];
    from.shape[axis] = cut.count;
    origin += cut.begin * from.strides[axis];
    if (cut.count > 1) from.strides[axis] *= cut.step;  // else it may be beyond any extent
  }
  Tensor out(from.type, from.shape);
  if (out.elements() > 0) from.data += origin * std::int64_t(size_of(from.type));
  copy_elements(from, out.edit_view());
  return Folded({out});
}

}  // namespace

extern constinit const Operator slice_row{.name = "Slice", .infer = infer, .fold = fold};

extern constinit const OnnxForm slice_onnx{
    .attributes = "starts ends axes steps", .import = import, .export_ = export_};

}  // namespace dlis::model
