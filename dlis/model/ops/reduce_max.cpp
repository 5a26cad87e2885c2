// ReduceMax: the largest value over axes.
#include "dlis/model/ops/reduce.h"

namespace dlis::model {
namespace {
Status import(ImportNode& in) { return import_reduce(in, 18); }
}  // namespace

extern constinit const Operator reduce_max_row{.name = "ReduceMax",
                                               .attributes = DLIS_REDUCE_ATTRIBUTES,
                                               .import = import,
                                               .infer = infer_reduce,
                                               .export_ = export_reduce};

}  // namespace dlis::model
