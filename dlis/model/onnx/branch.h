// The If of a file: exporters write one where a shape decides what to do, and shapes are known
// here.
#pragma once
#include <string>
#include <vector>

#include "dlis/model/onnx/proto.h"

namespace dlis {

bool is_if(const onnx::NodeProto& node);

// Null where the node has no such branch.
const onnx::GraphProto* branch_of(const onnx::NodeProto& node, bool condition);

// The node's inputs, and what its branches read of values that are made outside of them.
std::vector<std::string> names_read(const onnx::NodeProto& node);

}  // namespace dlis
