#include "bench/opencl/clblast_run.h"

#include <clblast.h>

namespace dlis {
namespace {

DeviceMemory memory_of(const OpenCl& cl, std::size_t floats, const float* from) {
  DeviceMemory memory;
  memory.bytes = floats * sizeof(float);
  memory.memory.reset(clCreateBuffer(cl.context,
                                     CL_MEM_READ_WRITE | (from ? CL_MEM_COPY_HOST_PTR : 0),
                                     memory.bytes, const_cast<float*>(from), nullptr));
  return memory;
}

std::vector<float> nchw(const ConstView& x) {
  std::vector<float> values;
  values.reserve(std::size_t(x.shape.elements()));
  for (std::int64_t n = 0; n < x.shape[0]; ++n)
    for (std::int64_t c = 0; c < x.shape[1]; ++c)
      for (std::int64_t h = 0; h < x.shape[2]; ++h)
        for (std::int64_t w = 0; w < x.shape[3]; ++w)
          values.push_back(x.as<float>()[n * x.strides[0] + c * x.strides[1] + h * x.strides[2] +
                                         w * x.strides[3]]);
  return values;
}

std::size_t outputs_of(const ConvProblem& p) { return std::size_t(p.n * p.k * p.p() * p.q()); }

}  // namespace

Verdict ClblastRun::accepts(const ConvProblem& p) {
  if (p.groups != 1) return refuse("needs a single group");
  if (p.pad_top != p.pad_bottom || p.pad_left != p.pad_right) return refuse("needs even padding");
  const auto cl = opencl();
  return cl ? accept() : refuse(cl.error().message());
}

ClblastRun::ClblastRun(const ConvProblem& problem, const ConstView& x, const float* weights)
    : problem_(problem) {
  const OpenCl& cl = **opencl();
  queue_.queue.reset(clCreateCommandQueue(cl.context, cl.device, 0, nullptr));
  const std::vector<float> values = nchw(x);
  x_ = memory_of(cl, values.size(), values.data());
  weights_ = memory_of(cl, std::size_t(problem.weights_shape().elements()), weights);
  y_ = memory_of(cl, outputs_of(problem), nullptr);
}

Status ClblastRun::once() {
  const ConvProblem& p = problem_;
  const auto u = [](std::int64_t value) { return std::size_t(value); };
  cl_command_queue queue = queue_.queue.get();
  const clblast::StatusCode code = clblast::Convgemm<float>(
      clblast::KernelMode::kCrossCorrelation, u(p.c), u(p.h), u(p.w), u(p.r), u(p.s), u(p.pad_top),
      u(p.pad_left), u(p.stride_h), u(p.stride_w), u(p.dilation_h), u(p.dilation_w), u(p.k), u(p.n),
      x_.memory.get(), 0, weights_.memory.get(), 0, y_.memory.get(), 0, &queue);
  if (code != clblast::StatusCode::kSuccess)
    return tl::unexpected(opencl_error("clblast::Convgemm", cl_int(code)));
  return opencl_status("clFinish", clFinish(queue));
}

std::vector<float> ClblastRun::outputs() {
  std::vector<float> y(outputs_of(problem_));
  clEnqueueReadBuffer(queue_.queue.get(), y_.memory.get(), CL_TRUE, 0, y.size() * sizeof(float),
                      y.data(), 0, nullptr, nullptr);
  return y;
}

}  // namespace dlis
