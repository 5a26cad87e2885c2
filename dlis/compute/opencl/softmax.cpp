// Softmax and LogSoftmax on OpenCL (softmax.cl).
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/opencl/kernel.h"
#include "dlis/compute/opencl/operators.h"

namespace dlis::opencl_nn {
namespace {

int axis_of(const OpProblem& p) {
  const int axis = int(p.attributes.integer("axis", -1));
  return axis < 0 ? axis + p.inputs[0].shape.rank() : axis;
}

// Over the rows: every axis but one.
nn::Loops loops_of(const OpProblem& p) {
  Shape shape = p.outputs[0].shape;
  shape[axis_of(p)] = 1;
  const Shape strides[] = {p.outputs[0].strides, nn::input_desc(p, 0).strides};
  return nn::make_loops(shape, strides);
}

Verdict accepts(const OpProblem& p) {
  if (Verdict v = nn::both(nn::needs_inputs(p, 1, 1), nn::needs_f32(p)); !v) return v;
  const bool several = p.attributes.integer("coerce") != 0;
  if (p.inputs[0].shape.rank() == 0 || (several && axis_of(p) + 1 < p.inputs[0].shape.rank()))
    return refuse("needs a single axis");
  if (Verdict v = fits_device(loops_of(p)); !v) return v;
  return has_opencl_kernel("softmax.cl", "softmax");
}

Status enqueue(const OpProblem& p, const DeviceCall& call) {
  const nn::Loops loops = loops_of(p);
  const int axis = axis_of(p);
  return launch(call, DLIS_TRY(opencl_kernel("softmax.cl", "softmax")),
                {std::size_t(loops.count()), 1, 1}, {16, 1, 1}, device_loops(loops),
                cl_int(loops.count()), cl_int(p.outputs[0].shape[axis]),
                cl_int(call.outputs[0].strides[axis]), cl_int(call.inputs[0].strides[axis]),
                cl_int(p.op == "LogSoftmax"), call.outputs[0], call.inputs[0]);
}

constexpr OpRow row(const char* name, const char* summary) {
  return {.name = name,
          .device = "opencl",
          .summary = summary,
          .tolerance = {2e-6},
          .accepts = accepts,
          .packed_bytes = [](const OpProblem&, const Encoded*) { return std::size_t(0); },
          .pack = [](const OpProblem&, const Encoded*, const float*, std::byte*) {},
          .scratch_bytes = no_bytes,
          .enqueue = enqueue};
}

}  // namespace

constinit const OpRow softmax_row = row("Softmax", "e^x over the sum of e^x along an axis");
constinit const OpRow log_softmax_row = row("LogSoftmax", "the logarithm of Softmax");

}  // namespace dlis::opencl_nn
