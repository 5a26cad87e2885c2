// Reshape: the same elements in another shape. Canonical: shape, in which -1 is what is left over
// and, unless allowzero is 1, 0 keeps x's extent. A first extent that is x's becomes 0, so that the
// node still holds for another batch.
#include "dlis/model/ops/reshape.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  DLIS_TRY(take_settings(in, 1, {{"shape"}}));
  set_default(in.node.attributes, "allowzero", std::int64_t(0));
  return require(in.node.attributes, "shape");
}

Status mismatch(const Shape& x, const Ints& wanted) {
  std::string text;
  for (auto extent : wanted) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return fail(fmt::format("{} elements of {} do not fit the shape {}", x.elements(), x.text(),
                          text.empty() ? "scalar" : text));
}

// Puts x's extents where 0 stands for them, and says where -1 was.
Result<int> copy_extents(Ints& wanted, const Shape& x, bool allow_zero) {
  int rest = -1;
  for (int i = 0; i < int(wanted.size()); ++i) {
    auto& extent = wanted[std::size_t(i)];
    if (extent == 0 && !allow_zero) {
      if (i >= x.rank()) return fail(fmt::format("keeps axis {}, which {} has not", i, x.text()));
      extent = x[i];
    } else if (extent == -1) {
      if (rest >= 0) return fail("its shape has more than one -1");
      rest = i;
      extent = 1;
    }
  }
  return rest;
}

Result<Shape> reshaped(const Attributes& attributes, const Shape& x) {
  const Ints given = attributes.ints("shape");
  Ints wanted = given;
  const int rest = DLIS_TRY(copy_extents(wanted, x, attributes.integer("allowzero") != 0));
  Shape y = DLIS_TRY(make_shape(wanted));
  std::int64_t product = 1;
  for (auto extent : y)
    if (__builtin_mul_overflow(product, extent, &product))
      return tl::unexpected(mismatch(x, given).error());
  if (rest >= 0 && product > 0) y[rest] = x.elements() / product;
  if (rest >= 0 && product == 0) y[rest] = 0;
  if ((rest >= 0 ? product * y[rest] : product) != x.elements())
    return tl::unexpected(mismatch(x, given).error());
  return y;
}

Status infer(InferContext& context) {
  DLIS_TRY(infer_reshape<reshaped>(context));
  Attributes& attributes = context.node.attributes;
  Ints shape = attributes.ints("shape");
  const Shape& x = shape_of(context, 0);
  const bool keeps_first = !shape.empty() && x.rank() > 0 && shape[0] == x[0];
  if (!keeps_first || attributes.integer("allowzero")) return {};
  shape[0] = 0;
  attributes.set("shape", shape);
  return {};
}

Status export_(ExportNode& out) {
  give_ints(out, "shape");
  return {};
}

}  // namespace

extern constinit const Operator reshape_row{
    .name = "Reshape", .infer = infer, .fold = fold_reshape<reshaped>};

extern constinit const OnnxForm reshape_onnx{
    .attributes = "shape allowzero", .import = import, .export_ = export_};

}  // namespace dlis::model
