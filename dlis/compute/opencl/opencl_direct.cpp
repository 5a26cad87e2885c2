// The row `opencl_direct`: a convolution by one OpenCL kernel (direct.cl).
#include <algorithm>
#include <limits>

#include "dlis/compute/opencl/direct_weights.h"
#include "dlis/compute/opencl/ends.h"
#include "dlis/compute/opencl/kernel.h"

namespace dlis {
namespace {

constexpr std::size_t kItemsOfGroup = 32;

// In the order of direct.cl.
struct Sizes {
  cl_int n, h, w, p, q, r, s;
  cl_int groups, channels, filters, blocks;  // of a group: inputs, outputs, blocks of filters
  cl_int pad_top, pad_left, stride_h, stride_w, dilation_h, dilation_w;
  DeviceStrides x, residual, y;
  DeviceEnds ends;
};

Sizes sizes_of(const ConvProblem& p, const DeviceCall& call) {
  const auto i = [](std::int64_t value) { return cl_int(value); };
  return {.n = i(p.n),
          .h = i(p.h),
          .w = i(p.w),
          .p = i(p.p()),
          .q = i(p.q()),
          .r = i(p.r),
          .s = i(p.s),
          .groups = i(p.groups),
          .channels = i(p.c / p.groups),
          .filters = i(p.k / p.groups),
          .blocks = i(direct_blocks(p)),
          .pad_top = i(p.pad_top),
          .pad_left = i(p.pad_left),
          .stride_h = i(p.stride_h),
          .stride_w = i(p.stride_w),
          .dilation_h = i(p.dilation_h),
          .dilation_w = i(p.dilation_w),
          .x = device_strides(call.inputs[0]),
          .residual = device_strides(call.inputs[p.ends.add ? 1 : 0]),
          .y = device_strides(call.outputs[0]),
          .ends = device_ends(p.ends)};
}

std::int64_t items_of(const ConvProblem& p) {
  const std::int64_t quads = (p.q() + kDirectPixels - 1) / kDirectPixels;
  return p.n * p.p() * quads * p.groups * direct_blocks(p);
}

std::string options_of(const ConvProblem& p) { return opencl_element_option(opencl_element(p)); }

Verdict accepts(const ConvProblem& p) {
  if (!p.all_f32()) return refuse("needs f32 activations");
  if (const Verdict format = opencl_format_accepts(p); !format) return format;
  const std::int64_t largest =
      std::max({p.n * p.h * p.w * p.c, p.n * p.p() * p.q() * p.k, direct_largest(p),
                items_of(p) + std::int64_t(kItemsOfGroup)});
  if (largest > std::numeric_limits<cl_int>::max())
    return refuse("needs values of less than 2^31 elements");
  return has_opencl_kernel("direct.cl", "direct", options_of(p));
}

Status enqueue(const ConvProblem& p, const DeviceCall& call) {
  return launch(call, DLIS_TRY(opencl_kernel("direct.cl", "direct", options_of(p))),
                {std::size_t(items_of(p)), 1, 1}, {kItemsOfGroup, 1, 1}, sizes_of(p, call),
                call.inputs[0], call.packed, call.inputs[p.ends.add ? 1 : 0], call.outputs[0]);
}

}  // namespace

extern constinit const ConvRow opencl_direct_row{
    .name = "opencl_direct",
    .device = "opencl",
    .summary = "one OpenCL kernel, 4 pixels x 8 filters an item",
    .version = 2,
    .tolerance = {2e-6},
    .accepts = accepts,
    .packed_bytes = [](const ConvProblem& p, const Encoded*) { return direct_packed_bytes(p); },
    .pack = direct_pack,
    .scratch_bytes = [](const ConvProblem&) { return std::size_t(0); },
    .enqueue = enqueue,
    .remark = opencl_element_remark,
};

}  // namespace dlis
