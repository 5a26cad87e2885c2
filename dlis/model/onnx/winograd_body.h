// WinogradConv in standard operators.
#pragma once
#include "dlis/model/onnx/proto.h"

namespace dlis {

struct WinogradFunction {
  int m = 0;  // 2, 4 or 6
  bool relu = false;
};

// Inputs, attributes, opset and nodes of a function that computes model/ops/winograd_conv.cpp:
// y = f(x, w, b; pads) with x N x C x H x W, w K x C x a x a, b K; N, H and W may be symbolic.
void write_winograd_body(const WinogradFunction& function, onnx::FunctionProto& proto);

}  // namespace dlis
