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

// Before reading: the inverse. A node WinogradConv with the attributes m and relu is taken as it
// is, and so is one whose function has no body in the file. Errors name the node, where it has an
// attribute that its name states already, or the function, where its body is not the one that
// write_functions gives it: other engines would compute something else.
Status read_functions(onnx::ModelProto& model);

}  // namespace dlis
