// Settling the sizes of a model's inputs: symbolic ones from the options, or an error that asks.
#pragma once
#include <string>
#include <unordered_set>
#include <vector>

#include "dlis/model/onnx/onnx.h"
#include "dlis/model/onnx/proto.h"

namespace dlis {

struct InputShape {
  std::string name;
  DType type = DType::f32;
  Shape shape;
};
struct InputShapes {
  std::vector<InputShape> inputs;
  std::string batch_symbol;  // the symbol of axis 0, "n" where it has no name; empty: it is fixed
};

// The inputs but those in `given` (initialisers and values fixed at load). Axis 0 without a size is
// options.batch; other axes take options.shapes; a symbol has one size wherever it stands.
Result<InputShapes> settle_inputs(const onnx::GraphProto& graph,
                                  const std::unordered_set<std::string>& given,
                                  const LoadOptions& options);

}  // namespace dlis
