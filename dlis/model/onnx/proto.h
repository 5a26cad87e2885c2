// ONNX's protobuf messages; only the sources of this folder include it.
#pragma once
#include <onnx/onnx_pb.h>
