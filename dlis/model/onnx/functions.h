// Operators of our domain "dlis" as functions of ONNX: in a file each is a node of that domain with
// a body of standard operators (onnx.FunctionProto), so that every engine runs it. The strides of a
// Conv inside a body cannot follow from an attribute of the function, so a WinogradConv has one
// function for each m and relu that occur, and the name says them: `WinogradConvF4Relu`.
#pragma once
#include "dlis/base/result.h"
#include "dlis/model/onnx/proto.h"

namespace dlis {

// After writing: renames the graph's WinogradConv nodes to their functions, whose names replace
// the attributes m and relu, and adds the bodies (opset 17). The nodes have all three inputs.
void write_functions(onnx::ModelProto& model);

// Before reading: the inverse; the bodies are not looked at, because the names are ours. A node
// WinogradConv with the attributes m and relu is taken as it is. Errors name the node: an attribute
// that its name states already.
Status read_functions(onnx::GraphProto& graph);

}  // namespace dlis
