// Pad with a constant on OpenCL: the output is filled, then the input copied into it (copy.cl).
#include "dlis/compute/nn/pad.h"

#include <algorithm>

#include "dlis/compute/nn/blob.h"
#include "dlis/compute/opencl/kernel.h"
#include "dlis/compute/opencl/operators.h"

namespace dlis::opencl_nn {
namespace {

constexpr const char* kFile = "copy.cl";
constexpr const char* kFloats = "-D T=float";

nn::Loops fill_loops(const OpProblem& p) {
  return nn::make_loops(p.outputs[0].shape, std::vector{p.outputs[0].strides});
}
nn::Loops copy_loops(const OpProblem& p) {
  const TensorDesc in = nn::input_desc(p, 0);
  return nn::make_loops(in.shape, std::vector{p.outputs[0].strides, in.strides});
}

Verdict accepts(const OpProblem& p) {
  if (Verdict v = nn::both(nn::needs_inputs(p, 1, 1), nn::needs_f32(p)); !v) return v;
  if (p.attributes.text("mode", "constant") != "constant") return refuse("pads by a constant only");
  if (std::ranges::any_of(p.attributes.ints("pads"), [](std::int64_t pad) { return pad < 0; }))
    return refuse("cuts nothing off");
  if (Verdict v = nn::both(fits_device(fill_loops(p)), fits_device(copy_loops(p))); !v) return v;
  return nn::both(has_opencl_kernel(kFile, "fill", kFloats),
                  has_opencl_kernel(kFile, "copy", kFloats));
}

Status enqueue(const OpProblem& p, const DeviceCall& call) {
  const nn::Loops all = fill_loops(p), inner = copy_loops(p);
  cl_kernel fill = DLIS_TRY(opencl_kernel(kFile, "fill", kFloats));
  cl_kernel copy = DLIS_TRY(opencl_kernel(kFile, "copy", kFloats));
  DLIS_TRY(launch(call, fill, {std::size_t(all.count()), 1, 1}, {64, 1, 1}, device_loops(all),
                  cl_int(all.count()), p.attributes.real("constant_value", 0), call.outputs[0]));
  DeviceView to = call.outputs[0];
  const std::vector<std::int64_t> begins = nn::pad_begins(p);
  for (std::size_t axis = 0; axis < begins.size(); ++axis)
    to.offset += std::size_t(begins[axis] * to.strides[int(axis)]) * size_of(to.type);
  return launch(call, copy, {std::size_t(inner.count()), 1, 1}, {64, 1, 1}, device_loops(inner),
                cl_int(inner.count()), to, call.inputs[0]);
}

}  // namespace

constinit const OpRow pad_row = {
    .name = "Pad",
    .device = "opencl",
    .summary = "more elements at the ends of axes",
    .tolerance = {0},
    .accepts = accepts,
    .packed_bytes = [](const OpProblem&, const Encoded*) { return std::size_t(0); },
    .pack = [](const OpProblem&, const Encoded*, const float*, std::byte*) {},
    .scratch_bytes = no_bytes,
    .enqueue = enqueue};

}  // namespace dlis::opencl_nn
