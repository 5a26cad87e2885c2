// What of a file this reader does not take, said before anything is read.
#pragma once
#include "dlis/base/result.h"
#include "dlis/model/onnx/proto.h"

namespace dlis {

inline constexpr int kOldestOpset = 7, kNewestOpset = 25;

// The opset of ONNX's own domain, or an error: not a model, no opset, one out of range.
Result<int> opset_of(const onnx::ModelProto& model);

// More nodes, values or longer names than limits.h allows.
Status check_sizes(const onnx::ModelProto& model);

// One error that names every operator of the graph without a row, with the first nodes that use it;
// control flow (subgraphs, but for the branches of an If), foreign domains, and operators that a
// function of the file redefines among them.
Status check_operators(const onnx::ModelProto& model);

}  // namespace dlis
