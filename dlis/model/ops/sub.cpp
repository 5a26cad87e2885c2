// Sub: y = a - b. Shapes broadcast as in numpy.
#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {

struct Combine {
  float operator()(float a, float b) const { return a - b; }
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    return wrap(std::uint64_t(a) - std::uint64_t(b));
  }
};

}  // namespace

extern constinit const Operator sub_row{.name = "Sub",
                                        .min_inputs = 2,
                                        .max_inputs = 2,
                                        .infer = infer_broadcast,
                                        .fold = fold_broadcast<Combine>};

extern constinit const OnnxForm sub_onnx{};

}  // namespace dlis::model
