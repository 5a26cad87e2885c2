// ONNX's protobuf messages; of the library only the sources of this folder include it.
#pragma once
#include <onnx/onnx_pb.h>
