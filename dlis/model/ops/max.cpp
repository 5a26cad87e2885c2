// Max: the largest of any number of inputs. Shapes broadcast as in numpy.
#include <algorithm>
#include <cmath>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {

struct Combine {
  float operator()(float a, float b) const { return a < b || std::isnan(b) ? b : a; }
  std::int64_t operator()(std::int64_t a, std::int64_t b) const { return std::max(a, b); }
};

}  // namespace

extern constinit const Operator max_row{.name = "Max",
                                        .min_inputs = 1,
                                        .max_inputs = kAnyNumber,
                                        .infer = infer_broadcast,
                                        .fold = fold_broadcast<Combine>};

extern constinit const OnnxForm max_onnx{};

}  // namespace dlis::model
