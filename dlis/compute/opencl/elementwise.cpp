// Elementwise operators on OpenCL (elementwise.cl), and BatchNormalization.
#include <limits>

#include "dlis/compute/nn/batch_normalization.h"
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/opencl/kernel.h"
#include "dlis/compute/opencl/operators.h"

namespace dlis::opencl_nn {
namespace {

constexpr const char* kFile = "elementwise.cl";
constexpr WorkSize kGroup{64, 1, 1};

// The codes of elementwise.cl.
enum Unary { kRelu, kClip, kLeakyRelu, kHardSwish, kHardSigmoid, kSigmoid, kTanh, kExp, kSqrt };
enum Binary { kAdd, kSub, kMul, kDiv, kMax, kMin, kPRelu };

struct Settings {
  float a = 0, b = 0;
};
Settings settings_of(const OpProblem& p, Unary code) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Attributes& a = p.attributes;
  if (code == kClip) return {a.real("min", -kInfinity), a.real("max", kInfinity)};
  if (code == kLeakyRelu) return {a.real("alpha", 0.01f), 0};
  if (code == kHardSigmoid) return {a.real("alpha", 0.2f), a.real("beta", 0.5f)};
  return {};
}

nn::Loops loops_of(const OpProblem& p) {
  const TensorDesc& out = p.outputs[0];
  std::vector<Shape> strides{out.strides};
  for (std::size_t i = 0; i < p.inputs.size(); ++i)
    strides.push_back(nn::broadcast_strides(nn::input_desc(p, i), out.shape));
  return nn::make_loops(out.shape, strides);
}

template <std::size_t inputs>
Verdict accepts(const OpProblem& p) {
  if (Verdict v = nn::both(nn::needs_inputs(p, inputs, inputs), nn::needs_f32(p)); !v) return v;
  if (Verdict v = fits_device(loops_of(p)); !v) return v;
  return has_opencl_kernel(kFile, inputs == 1 ? "unary" : "binary");
}

// The loops, and the number of iterations.
struct Params {
  DeviceLoops loops;
  cl_int count;
};
Params params_of(const nn::Loops& loops) { return {device_loops(loops), cl_int(loops.count())}; }
nn::Blob build(const OpProblem& p) {
  nn::Blob blob;
  blob.add(params_of(loops_of(p)));
  return blob;
}
WorkSize items(const Params& params) { return {std::size_t(params.count), 1, 1}; }

template <Unary code>
Status enqueue_unary(const OpProblem& p, const DeviceCall& call) {
  const auto& params = *nn::part<Params>(call.packed_on_host);
  const Settings s = settings_of(p, code);
  return launch(call, DLIS_TRY(opencl_kernel(kFile, "unary")), items(params), kGroup, params.loops,
                params.count, cl_int(code), s.a, s.b, call.outputs[0], call.inputs[0]);
}

template <Binary code>
Status enqueue_binary(const OpProblem&, const DeviceCall& call) {
  const auto& params = *nn::part<Params>(call.packed_on_host);
  return launch(call, DLIS_TRY(opencl_kernel(kFile, "binary")), items(params), kGroup, params.loops,
                params.count, cl_int(code), call.outputs[0], call.inputs[0], call.inputs[1]);
}

constexpr OpRow row(const char* name, const char* summary, double tolerance,
                    decltype(OpRow::accepts) accepts, decltype(OpRow::enqueue) enqueue) {
  return {.name = name,
          .device = "opencl",
          .summary = summary,
          .tolerance = {tolerance},
          .accepts = accepts,
          .packed_bytes = nn::packed_bytes<build>,
          .pack = nn::pack<build>,
          .scratch_bytes = no_bytes,
          .enqueue = enqueue};
}
template <Unary code>
constexpr OpRow unary(const char* name, const char* summary, double tolerance = 1e-6) {
  return row(name, summary, tolerance, accepts<1>, enqueue_unary<code>);
}
template <Binary code>
constexpr OpRow binary(const char* name, const char* summary, double tolerance = 1e-6) {
  return row(name, summary, tolerance, accepts<2>, enqueue_binary<code>);
}

// BatchNormalization as x * a[c] + b[c].

Verdict accepts_normalization(const OpProblem& p) {
  if (Verdict v = nn::both(nn::needs_inputs(p, 5, 5), nn::needs_f32(p)); !v) return v;
  for (std::size_t i = 1; i < 5; ++i)
    if (!nn::is_constant(p, i)) return refuse("needs its statistics when it is planned");
  if (Verdict v = fits_device(nn::normalization_loops(p)); !v) return v;
  return has_opencl_kernel(kFile, "multiply_add");
}

std::size_t coefficient_bytes(const OpProblem& p, const Encoded*) {
  return std::size_t(2 * p.inputs[0].shape[1]) * sizeof(float);
}
void pack_coefficients(const OpProblem& p, const Encoded*, const float*, std::byte* packed) {
  std::vector<ConstView> inputs(5);
  for (std::size_t i = 1; i < 5; ++i) inputs[i] = p.constants[i].view();
  nn::normalization_coefficients(p, inputs, reinterpret_cast<float*>(packed));
}

Status enqueue_normalization(const OpProblem& p, const DeviceCall& call) {
  const Params params = params_of(nn::normalization_loops(p));
  return launch(call, DLIS_TRY(opencl_kernel(kFile, "multiply_add")), items(params), kGroup,
                params.loops, params.count, cl_int(p.inputs[0].shape[1]), call.outputs[0],
                call.inputs[0], call.packed);
}

}  // namespace

constinit const OpRow relu_row = unary<kRelu>("Relu", "max(x, 0)");
constinit const OpRow clip_row = unary<kClip>("Clip", "min(max(x, min), max)");
constinit const OpRow leaky_relu_row = unary<kLeakyRelu>("LeakyRelu", "x < 0 ? alpha * x : x");
constinit const OpRow hard_swish_row =
    unary<kHardSwish>("HardSwish", "x * clip(x / 6 + 0.5, 0, 1)");
constinit const OpRow hard_sigmoid_row =
    unary<kHardSigmoid>("HardSigmoid", "clip(alpha * x + beta, 0, 1)");
constinit const OpRow sigmoid_row = unary<kSigmoid>("Sigmoid", "1 / (1 + e^-x)", 2e-6);
constinit const OpRow tanh_row = unary<kTanh>("Tanh", "the hyperbolic tangent", 2e-6);
constinit const OpRow exp_row = unary<kExp>("Exp", "e^x", 2e-6);
constinit const OpRow sqrt_row = unary<kSqrt>("Sqrt", "the square root");
constinit const OpRow add_row = binary<kAdd>("Add", "x + y");
constinit const OpRow sub_row = binary<kSub>("Sub", "x - y");
constinit const OpRow mul_row = binary<kMul>("Mul", "x * y");
constinit const OpRow div_row = binary<kDiv>("Div", "x / y");
constinit const OpRow max_row = binary<kMax>("Max", "the larger of two");
constinit const OpRow min_row = binary<kMin>("Min", "the smaller of two");
constinit const OpRow sum_row = binary<kAdd>("Sum", "the sum of two");
constinit const OpRow prelu_row = binary<kPRelu>("PRelu", "x < 0 ? slope * x : x");

constinit const OpRow batch_normalization_row = {.name = "BatchNormalization",
                                                 .device = "opencl",
                                                 .summary = "x * a[c] + b[c]",
                                                 .tolerance = {2e-6},
                                                 .accepts = accepts_normalization,
                                                 .packed_bytes = coefficient_bytes,
                                                 .pack = pack_coefficients,
                                                 .scratch_bytes = no_bytes,
                                                 .enqueue = enqueue_normalization};

}  // namespace dlis::opencl_nn
