// Operators that only move elements, on OpenCL (copy.cl): the copies that the processor's row
// plans, one command each.
#include "dlis/compute/nn/copy.h"

#include "dlis/compute/nn/reshape.h"
#include "dlis/compute/opencl/kernel.h"
#include "dlis/compute/opencl/operators.h"

namespace dlis::opencl_nn {
namespace {

Result<cl_kernel> kernel_for(std::size_t element_bytes) {
  const char* const types[] = {"uchar", "ushort", "uint", "ulong"};
  int i = 0;
  while (std::size_t(1) << i < element_bytes) ++i;
  return opencl_kernel("copy.cl", "copy", std::string("-D T=") + types[i]);
}

const OpRow& host_row(const OpProblem& p) { return *find_op_row(p.op); }

std::size_t packed_bytes(const OpProblem& p, const Encoded* weights) {
  return host_row(p).packed_bytes(p, weights);
}
void pack(const OpProblem& p, const Encoded* weights, const float* bias, std::byte* packed) {
  host_row(p).pack(p, weights, bias, packed);
}

std::span<const nn::CopyPart> parts_of(const std::byte* packed) {
  return {nn::part<nn::CopyPart>(packed, 64), std::size_t(*nn::part<std::int64_t>(packed))};
}

Verdict accepts(const OpProblem& p) {
  if (Verdict v = host_row(p).accepts(p); !v) return v;
  Buffer packed(packed_bytes(p, nullptr));
  pack(p, nullptr, nullptr, packed.data());
  const auto parts = parts_of(packed.data());
  if (parts.empty()) return refuse("needs axes that split into one another");
  for (const nn::CopyPart& part : parts)
    if (Verdict v = fits_device(part.loops); !v) return v;
  const auto kernel = kernel_for(size_of(p.outputs[0].type));
  return kernel ? accept() : refuse(kernel.error().message());
}

DeviceView moved(DeviceView view, std::int64_t elements) {
  view.offset += std::size_t(elements) * size_of(view.type);
  return view;
}

Status enqueue(const OpProblem&, const DeviceCall& call) {
  for (const nn::CopyPart& part : parts_of(call.packed_on_host)) {
    const DeviceView to = moved(call.outputs[std::size_t(part.output)], part.out_origin);
    const DeviceView from = moved(call.inputs[std::size_t(part.input)], part.in_origin);
    const std::int64_t count = part.loops.count();
    cl_kernel kernel = DLIS_TRY(kernel_for(part.element_bytes));
    DLIS_TRY(launch(call, kernel, {std::size_t(count), 1, 1}, {64, 1, 1}, device_loops(part.loops),
                    cl_int(count), to, from));
  }
  return {};
}

constexpr OpRow row(const char* name, const char* summary) {
  return {.name = name,
          .device = "opencl",
          .summary = summary,
          .tolerance = {0},
          .accepts = accepts,
          .packed_bytes = packed_bytes,
          .pack = pack,
          .scratch_bytes = no_bytes,
          .enqueue = enqueue};
}

}  // namespace

constinit const OpRow concat_row = row("Concat", "inputs side by side along an axis");
constinit const OpRow split_row = row("Split", "pieces of the input along an axis");
constinit const OpRow slice_row = row("Slice", "a regular section of the input");
constinit const OpRow transpose_row = row("Transpose", "axes in another order");
constinit const OpRow expand_row = row("Expand", "the input repeated along axes of extent 1");
constinit const OpRow reshape_row = row("Reshape", "the elements in another shape");
constinit const OpRow flatten_row = row("Flatten", "Reshape to a matrix");
constinit const OpRow squeeze_row = row("Squeeze", "Reshape without axes of extent 1");
constinit const OpRow unsqueeze_row = row("Unsqueeze", "Reshape with new axes of extent 1");
constinit const OpRow identity_row = row("Identity", "a copy");
constinit const OpRow dropout_row = row("Dropout", "a copy (inference)");
constinit const OpRow reorder_row = row("Reorder", "a copy into another physical order");

}  // namespace dlis::opencl_nn
