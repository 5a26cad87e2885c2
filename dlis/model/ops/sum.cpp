// Sum: the sum of any number of inputs. Shapes broadcast as in numpy.
#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {

struct Combine {
  float operator()(float a, float b) const { return a + b; }
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    return wrap(std::uint64_t(a) + std::uint64_t(b));
  }
};

}  // namespace

extern constinit const Operator sum_row{.name = "Sum",
                                        .min_inputs = 1,
                                        .max_inputs = kAnyNumber,
                                        .infer = infer_broadcast,
                                        .fold = fold_broadcast<Combine>};

extern constinit const OnnxForm sum_onnx{};

}  // namespace dlis::model
