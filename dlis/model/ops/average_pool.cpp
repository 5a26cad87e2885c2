// AveragePool: the mean over each window. It divides by the window's values inside x, or with
// count_include_pad by those inside x and its pads. Canonical: count_include_pad beside the pool's.
#include <algorithm>

#include "dlis/model/ops/pool.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  set_default(in.node.attributes, "count_include_pad", std::int64_t(0));
  return import_pool(in);
}

Status export_(ExportNode& out) {
  const Ints dilations = out.node.attributes.ints("dilations");
  if (std::ranges::any_of(dilations, [](auto d) { return d != 1; }))
    return fail("has dilations, which opset 17 does not know");
  out.node.attributes.erase("dilations");
  return export_window(out);
}

}  // namespace

extern constinit const Operator average_pool_row{.name = "AveragePool", .infer = infer_pool};

extern constinit const OnnxForm average_pool_onnx{
    .attributes = DLIS_WINDOW_ATTRIBUTES " ceil_mode count_include_pad",
    .import = import,
    .export_ = export_};

}  // namespace dlis::model
