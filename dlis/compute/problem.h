// One operator with everything that decides how to compute it.
#pragma once
#include <string>
#include <vector>

#include "dlis/base/result.h"
#include "dlis/compute/fused.h"
#include "dlis/format/attributes.h"
#include "dlis/format/encoded.h"
#include "dlis/hardware/isa.h"

namespace dlis {

// How stored integers stand for reals: real = scale * (stored - zero). Of other types it is {1, 0}.
struct Scale {
  float scale = 1;
  std::int32_t zero = 0;
  friend bool operator==(const Scale&, const Scale&) = default;
};

// A 2-D convolution, y[n,p,q,k] = sum over r,s,c of x[n, p*stride-pad+r*dilation, ..., c] * w.
// A 1-D one has h = r = 1; a dense layer is a 1x1 convolution on a 1x1 map with n rows.
// Activations are NHWC; rows and pixels may lie apart (views into a larger tensor).
struct ConvProblem {
  std::int64_t n = 1, h = 1, w = 1, c = 1;  // input
  std::int64_t k = 1, r = 1, s = 1;         // filters: K x (C / groups) x R x S
  std::int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  std::int64_t stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  std::int64_t groups = 1;
  // 0, or m: the weights are K x C x (m + 2) x (m + 2) values in the Winograd domain of
  // F(m x m, 3 x 3), and each transformed input v counts as max(0, v) where `winograd_relu`
  // (model/ops/winograd_conv.cpp). r and s stay 3.
  int winograd = 0;
  bool winograd_relu = false;
  FusedEnds ends;
  // Element types of x, y and the residual. x in bf16 is multiplied by weights in bf16 and summed
  // in f32; x in u8 or i8 is multiplied by weights in i8 and summed in i32.
  DType type = DType::f32, y_type = DType::f32, add_type = DType::f32;
  Scale x_scale, y_scale, add_scale;
  const Format* format = nullptr;  // of the weights; null: dense
  double density = 1;              // share of non-zero weights
  int workers = 1;
  Isa isa = Isa::generic;
  std::string label;  // where it comes from: "vgg16:conv1_2"

  std::int64_t p() const {
    return (h + pad_top + pad_bottom - dilation_h * (r - 1) - 1) / stride_h + 1;
  }
  std::int64_t q() const {
    return (w + pad_left + pad_right - dilation_w * (s - 1) - 1) / stride_w + 1;
  }
  Shape weights_shape() const;
  // Of the filters, also where weights are in the Winograd domain.
  std::int64_t macs() const { return n * p() * q() * k * r * s * (c / groups); }
  bool all_f32() const {
    return type == DType::f32 && y_type == DType::f32 && add_type == DType::f32;
  }
  bool integer() const { return is_byte(type); }
  bool padded() const { return pad_top > 0 || pad_left > 0 || pad_bottom > 0 || pad_right > 0; }
  bool depthwise() const { return groups > 1 && groups == c && k % c == 0; }
  bool pointwise() const;  // 1x1, stride 1, no padding, no groups
};

// Multiply-adds with the stored weights, of which there are a share `density`: in the Winograd
// domain those of its tiles, else that share of macs().
double stored_macs(const ConvProblem& problem, double density);

// The one-line form, `n1h56w56c64 k64r3s3 p1 +bias +relu +add csr density0.2 t2 vgg16:conv1_2`;
// fields at their default are left out: stride `u2` or `u2x1` (h x w), padding `p1`, `p1x0` or
// `p1/1/0/0` (top/left/bottom/right), dilation `d2`, groups `g64`, weights in the Winograd domain
// `winograd4` or `winograd4relu`, element types `typeu8` or one each of x, y and residual
// `typeu8/f32/i8`, format by name, workers `t2`. parse(line(p)) == p, up to `isa` and the scales of
// integers, which decide no time.
std::string line(const ConvProblem& problem);
Result<ConvProblem> parse_conv_problem(std::string_view text);

// Any operator but convolution. Attributes are canonical (see model/op.h): opset 17 names, axes
// counted from 0, defaults filled in, inputs that only carried settings folded into attributes.
struct TensorDesc {
  DType type = DType::f32;
  Shape shape;    // logical
  Shape strides;  // in elements; which physical order the plan chose
  Scale scale;    // of integers that stand for reals
};
struct OpProblem {
  std::string op;  // the ONNX operator's name
  Attributes attributes;
  std::vector<TensorDesc> inputs, outputs;
  std::vector<Tensor> constants;  // one an input; !has_value() where it is only known at run time
  int workers = 1;
  Isa isa = Isa::generic;
};

}  // namespace dlis
