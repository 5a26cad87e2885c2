// MaxPool, AveragePool and their global forms on OpenCL (pool.cl).
#include <limits>

#include "dlis/compute/nn/blob.h"
#include "dlis/compute/opencl/kernel.h"
#include "dlis/compute/opencl/operators.h"

namespace dlis::opencl_nn {
namespace {

// In the order of pool.cl.
struct Axis {
  cl_int in = 1, out = 1, kernel_size = 1, stride = 1, dilation = 1, pad_begin = 0, pad_end = 0;
  cl_int in_stride = 0, out_stride = 0;
};
struct Pool {
  cl_int images, channels, in_image, out_image, in_channel, out_channel;
  cl_int average, counts_padding;
  Axis axes[2];
};

bool is_global(const OpProblem& p) { return p.op.starts_with("Global"); }
bool is_average(const OpProblem& p) { return p.op.ends_with("AveragePool"); }

Axis axis_of(const OpProblem& p, const TensorDesc& in, int axis, int count) {
  const auto at = [&](const char* name, int i, std::int64_t otherwise) {
    const Ints values = p.attributes.ints(name);
    return cl_int(i < int(values.size()) ? values[std::size_t(i)] : otherwise);
  };
  Axis out;
  out.in = cl_int(in.shape[axis + 2]);
  out.out = cl_int(p.outputs[0].shape[axis + 2]);
  out.in_stride = cl_int(in.strides[axis + 2]);
  out.out_stride = cl_int(p.outputs[0].strides[axis + 2]);
  out.kernel_size = out.in;
  if (is_global(p)) return out;
  out.kernel_size = at("kernel_shape", axis, 1);
  out.stride = at("strides", axis, 1);
  out.dilation = at("dilations", axis, 1);
  out.pad_begin = at("pads", axis, 0);
  out.pad_end = at("pads", axis + count, 0);
  return out;
}

Pool pool_of(const OpProblem& p) {
  const TensorDesc in = nn::input_desc(p, 0);
  const TensorDesc& out = p.outputs[0];
  Pool pool{.images = cl_int(in.shape[0]),
            .channels = cl_int(in.shape[1]),
            .in_image = cl_int(in.strides[0]),
            .out_image = cl_int(out.strides[0]),
            .in_channel = cl_int(in.strides[1]),
            .out_channel = cl_int(out.strides[1]),
            .average = is_average(p),
            .counts_padding = p.attributes.integer("count_include_pad") != 0};
  const int count = in.shape.rank() - 2;
  for (int i = 0; i < count; ++i) pool.axes[2 - count + i] = axis_of(p, in, i, count);
  return pool;
}

Verdict accepts(const OpProblem& p) {
  if (Verdict v = nn::both(nn::needs_inputs(p, 1, 1), nn::needs_f32(p)); !v) return v;
  if (p.outputs.size() > 1) return refuse("gives no indices of the largest elements");
  const int spatial = p.inputs[0].shape.rank() - 2;
  if (spatial < 1 || spatial > 2) return refuse("pools over one or two spatial axes");
  if (std::max(p.inputs[0].shape.elements(), p.outputs[0].shape.elements()) >
      std::numeric_limits<cl_int>::max() - 64)
    return refuse("needs values of less than 2^31 elements");
  if (Verdict v = has_opencl_kernel("pool.cl", "pool"); !v) return v;
  return has_opencl_kernel("pool.cl", "pool_16");
}

Status enqueue(const OpProblem& p, const DeviceCall& call) {
  const Pool pool = pool_of(p);
  const bool together = pool.in_channel == 1 && pool.out_channel == 1 && pool.channels % 16 == 0;
  const std::int64_t count = p.outputs[0].shape.elements() / (together ? 16 : 1);
  return launch(call, DLIS_TRY(opencl_kernel("pool.cl", together ? "pool_16" : "pool")),
                {std::size_t(count), 1, 1}, {64, 1, 1}, pool, cl_int(count), call.outputs[0],
                call.inputs[0]);
}

constexpr OpRow row(const char* name, const char* summary, double tolerance) {
  return {.name = name,
          .device = "opencl",
          .summary = summary,
          .tolerance = {tolerance},
          .accepts = accepts,
          .packed_bytes = [](const OpProblem&, const Encoded*) { return std::size_t(0); },
          .pack = [](const OpProblem&, const Encoded*, const float*, std::byte*) {},
          .scratch_bytes = no_bytes,
          .enqueue = enqueue};
}

}  // namespace

constinit const OpRow max_pool_row = row("MaxPool", "the largest of every window", 0);
constinit const OpRow average_pool_row = row("AveragePool", "the mean of every window", 2e-6);
constinit const OpRow global_average_pool_row =
    row("GlobalAveragePool", "the mean of every channel", 2e-6);
constinit const OpRow global_max_pool_row = row("GlobalMaxPool", "the largest of every channel", 0);

}  // namespace dlis::opencl_nn
