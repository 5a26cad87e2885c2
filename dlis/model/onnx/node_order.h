// Putting a file's nodes in topological order, whatever order they are stored in.
#pragma once
#include <string>
#include <unordered_set>
#include <vector>

#include "dlis/base/result.h"
#include "dlis/model/onnx/proto.h"

namespace dlis {

// "node conv1 (Conv)", or "the Conv node that makes 'y'" where it has no name.
std::string describe(const onnx::NodeProto& node);

// Indices of the nodes so that each follows those it reads from; the file's order where it will do.
// `known` are the inputs and initialisers. Errors: a value that nothing makes or that is made
// twice, a cycle; each names a node.
Result<std::vector<int>> node_order(const onnx::GraphProto& graph,
                                    const std::unordered_set<std::string>& known);

}  // namespace dlis
