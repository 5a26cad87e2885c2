// The row `opencl_direct`: a convolution by one OpenCL kernel, for the first device.
//
// A run copies the values into device buffers, computes and copies the output back, so any view
// will do and nothing outside it is written. A row cannot report an error at run time: where the
// driver fails, the same problem is computed on the host (direct_on_host), slowly but correctly.
#include "dlis/compute/opencl/opencl_direct.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "dlis/compute/opencl/direct_kernel.h"
#include "dlis/compute/opencl/direct_weights.h"
#include "dlis/hardware/opencl.h"

namespace dlis {
namespace {

constexpr std::size_t kItemsOfGroup = 32;

Result<cl_kernel> build() {
  const OpenCl& cl = *DLIS_TRY(opencl());
  const char* text = kDirectKernel;
  cl_int code = CL_SUCCESS;
  cl_program program = clCreateProgramWithSource(cl.context, 1, &text, nullptr, &code);
  if (code != CL_SUCCESS) return tl::unexpected(opencl_error("clCreateProgramWithSource", code));
  code = clBuildProgram(program, 1, &cl.device, "-cl-std=CL1.2", nullptr, nullptr);
  if (code != CL_SUCCESS) return tl::unexpected(opencl_error("clBuildProgram", code));
  cl_kernel kernel = clCreateKernel(program, "direct", &code);
  if (code != CL_SUCCESS) return tl::unexpected(opencl_error("clCreateKernel", code));
  return kernel;
}

// Built at the first call and kept until the process ends.
const Result<cl_kernel>& kernel() {
  static const Result<cl_kernel> built = build();
  return built;
}

DirectSizes sizes_of(const ConvProblem& p) {
  const auto i = [](std::int64_t value) { return cl_int(value); };
  return {.n = i(p.n),
          .h = i(p.h),
          .w = i(p.w),
          .c = i(p.c),
          .k = i(p.k),
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
          .add = p.ends.add,
          .activation = cl_int(p.ends.activation),
          .a = p.ends.a,
          .b = p.ends.b};
}

// Calls copy(address, first float of the buffer, floats) for each run of floats of an NHWC view.
template <class AnyView, class Copy>
void for_each_run(const AnyView& v, Copy copy) {
  const std::int64_t c = v.shape[1], h = v.shape[2], w = v.shape[3];
  const bool rows = v.strides[3] == c || w == 1;
  const bool all = rows && v.strides[2] == w * c && v.strides[0] == h * w * c;
  if (all) return copy(v.template as<float>(), 0, v.shape.elements());
  for (std::int64_t row = 0; row < v.shape[0] * h; ++row) {
    auto* from = v.template as<float>() + row / h * v.strides[0] + row % h * v.strides[2];
    if (rows) copy(from, row * w * c, w * c);
    for (std::int64_t q = 0; q < w && !rows; ++q)
      copy(from + q * v.strides[3], (row * w + q) * c, c);
  }
}

// One run on the device; after the first call of the driver that fails, the rest does nothing.
class DeviceRun {
 public:
  explicit DeviceRun(OpenCl& cl) : cl_(cl), lock_(cl.mutex) {}

  OpenClMemory buffer(cl_mem_flags flags, std::size_t bytes, const void* host = nullptr) {
    if (!ok()) return nullptr;
    return OpenClMemory(clCreateBuffer(cl_.context, flags, bytes, const_cast<void*>(host), &code_));
  }
  OpenClMemory upload(const ConstView& view) {
    const std::size_t bytes = std::size_t(view.shape.elements()) * sizeof(float);
    OpenClMemory memory = buffer(CL_MEM_READ_ONLY, bytes);
    mapped(memory.get(), CL_MAP_WRITE_INVALIDATE_REGION, bytes, [&](float* device) {
      for_each_run(view, [&](const float* from, std::int64_t at, std::int64_t count) {
        std::memcpy(device + at, from, std::size_t(count) * sizeof(float));
      });
    });
    return memory;
  }
  void download(cl_mem memory, const View& view) {
    const std::size_t bytes = std::size_t(view.shape.elements()) * sizeof(float);
    mapped(memory, CL_MAP_READ, bytes, [&](const float* device) {
      for_each_run(view, [&](float* to, std::int64_t at, std::int64_t count) {
        std::memcpy(to, device + at, std::size_t(count) * sizeof(float));
      });
    });
  }
  template <class... Memory>
  void launch(const DirectSizes& sizes, std::int64_t items, const Memory&... memories) {
    cl_uint at = 0;
    argument(at++, sizes);
    (argument(at++, memories), ...);
    if (!ok()) return;
    const std::size_t global = (std::size_t(items) + kItemsOfGroup - 1) / kItemsOfGroup;
    const std::size_t all = global * kItemsOfGroup;
    cl_event done = nullptr;
    code_ = clEnqueueNDRangeKernel(cl_.queue, *kernel(), 1, nullptr, &all, &kItemsOfGroup, 0,
                                   nullptr, &done);
    if (!ok()) return;
    code_ = clWaitForEvents(1, &done);
    clReleaseEvent(done);
  }
  bool ok() const { return code_ == CL_SUCCESS; }

 private:
  template <class T>
  void argument(cl_uint at, const T& value) {
    if (ok()) code_ = clSetKernelArg(*kernel(), at, sizeof value, &value);
  }
  template <class F>
  void mapped(cl_mem memory, cl_map_flags flags, std::size_t bytes, F f) {
    if (!ok()) return;
    void* host = clEnqueueMapBuffer(cl_.queue, memory, CL_TRUE, flags, 0, bytes, 0, nullptr,
                                    nullptr, &code_);
    if (!ok()) return;
    f(static_cast<float*>(host));
    code_ = clEnqueueUnmapMemObject(cl_.queue, memory, host, 0, nullptr, nullptr);
  }

  OpenCl& cl_;
  std::lock_guard<std::mutex> lock_;
  cl_int code_ = CL_SUCCESS;
};

std::int64_t items_of(const ConvProblem& p) {
  const std::int64_t quads = (p.q() + kDirectPixels - 1) / kDirectPixels;
  return p.n * p.p() * quads * p.groups * direct_blocks(p);
}

}  // namespace

bool direct_on_device(const ConvProblem& p, const Call& call) {
  const auto cl = opencl();
  if (!cl || !kernel()) return false;
  DeviceRun run(**cl);
  const View& out = call.outputs[0];
  const OpenClMemory x = run.upload(call.inputs[0]);
  const OpenClMemory weights =
      run.buffer(CL_MEM_READ_ONLY | CL_MEM_USE_HOST_PTR, direct_packed_bytes(p), call.packed);
  const OpenClMemory residual = p.ends.add ? run.upload(call.inputs[1]) : nullptr;
  const OpenClMemory y =
      run.buffer(CL_MEM_WRITE_ONLY, std::size_t(out.shape.elements()) * sizeof(float));
  run.launch(sizes_of(p), items_of(p), x.get(), weights.get(), residual ? residual.get() : x.get(),
             y.get());
  run.download(y.get(), out);
  return run.ok();
}

namespace {

Verdict accepts(const ConvProblem& p) {
  if (!p.all_f32()) return refuse("needs f32 activations");
  if (p.format && p.format != formats().front()) return refuse("needs dense weights");
  const std::int64_t largest = std::max({p.n * p.h * p.w * p.c, p.n * p.p() * p.q() * p.k,
                                         std::int64_t(direct_packed_bytes(p) / sizeof(float)),
                                         items_of(p) + std::int64_t(kItemsOfGroup)});
  if (largest > std::numeric_limits<cl_int>::max())
    return refuse("needs values of less than 2^31 elements");
  return kernel() ? accept() : refuse(kernel().error().message());
}

void run(const ConvProblem& p, const Call& call, int, Range range, Worker) {
  if (range.begin < range.end && !direct_on_device(p, call)) direct_on_host(p, call);
}

}  // namespace

extern constinit const ConvRow opencl_direct_row{
    .name = "opencl_direct",
    .device = "opencl",
    .summary = "one OpenCL kernel, 4 pixels x 8 filters an item; values are copied for each run",
    .tolerance = {2e-6},
    .accepts = accepts,
    .packed_bytes = [](const ConvProblem& p, const Encoded*) { return direct_packed_bytes(p); },
    .pack = direct_pack,
    .scratch_bytes = [](const ConvProblem&) { return std::size_t(0); },
    .phases = [](const ConvProblem&) { return 1; },
    .tiles = [](const ConvProblem&, int) { return std::int64_t(1); },
    .run = run,
};

}  // namespace dlis
