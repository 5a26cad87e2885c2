// The row `opencl_gemm`: a convolution as an implicit matrix product (gemm_cpu.cl, gemm_gpu.cl).
#include "dlis/compute/opencl/opencl_gemm.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/divide.h"
#include "dlis/compute/opencl/kernel.h"
#include "dlis/compute/opencl/shape.h"

namespace dlis {
namespace {

constexpr GemmWay kCpuWays[] = {{.gpu = false, .products = 1'000'000},
                                {.gpu = false, .products = 8'000'000}};
constexpr GemmWay kGpuWays[] = {{true, 64, 64, 4, 4, 0},
                                {true, 128, 64, 8, 4, 0},
                                {true, 128, 128, 8, 8, 0},
                                {true, 32, 32, 4, 4, 0}};

OpenClWeights weights_of(const ConvProblem& p) {
  return {p, 1, p.r * p.s * p.c, opencl_element(p)};
}

std::string cpu_options(const ConvProblem& p) {
  return fmt::format("-DROWS={}{}", opencl_rows(p.n * p.p() * p.q()),
                     opencl_element_option(opencl_element(p)));
}

Status on_cpu(const ConvProblem& p, const DeviceCall& call, const GemmWay& way) {
  const OpenClWeights weights = weights_of(p);
  const std::int64_t pixels = p.n * p.p() * p.q(), rows = opencl_rows(pixels);
  const std::int64_t blocks = divide_up(pixels, rows);
  const std::int64_t span =
      std::clamp(way.products / (rows * kOpenClPanel * weights.terms()), std::int64_t(1), blocks);
  const auto items = std::size_t(divide_up(blocks, span) * weights.panels());
  return launch(call, DLIS_TRY(opencl_kernel("gemm_cpu.cl", "gemm_cpu", cpu_options(p))),
                {items, 1, 1}, {1, 1, 1}, opencl_sizes(p, weights, call), cl_int(span),
                call.inputs[0], call.packed, opencl_residual(p, call), call.outputs[0]);
}

std::string gpu_options(bool aligned, OpenClElement element, const GemmWay& way) {
  return fmt::format("-DPIXELS={} -DFILTERS={} -DROWS={} -DCOLUMNS={} -DALIGNED={}{}", way.pixels,
                     way.filters, way.rows, way.columns, int(aligned),
                     opencl_element_option(element));
}

Status on_gpu(const OpenClSizes& sizes, const GemmPlanes& planes, const DeviceCall& call,
              const DeviceView& residual, const GemmWay& way) {
  const std::string options = gpu_options(planes.aligned, planes.element, way);
  const auto items = std::size_t(way.pixels / way.rows * (way.filters / way.columns));
  const auto columns = std::size_t(divide_up(sizes.k, way.filters));
  const auto rows = std::size_t(divide_up(std::int64_t(sizes.n) * sizes.p * sizes.q, way.pixels));
  return launch(call, DLIS_TRY(opencl_kernel("gemm_gpu.cl", "gemm_gpu", options)),
                {columns * items, rows, std::size_t(planes.count)}, {items, 1, 1}, sizes,
                cl_int(planes.x), cl_int(planes.y), call.inputs[0], call.packed, residual,
                call.outputs[0]);
}

Verdict accepts(const ConvProblem& p) {
  if (const Verdict verdict = opencl_conv_accepts(p, weights_of(p)); !verdict) return verdict;
  return opencl_shape().gpu
             ? has_opencl_kernel("gemm_gpu.cl", "gemm_gpu",
                                 gpu_options(p.c % 4 == 0, opencl_element(p), kGpuWays[0]))
             : has_opencl_kernel("gemm_cpu.cl", "gemm_cpu", cpu_options(p));
}

void pack(const ConvProblem& p, const Encoded* encoded, const float* bias, std::byte* to) {
  const OpenClWeights weights = weights_of(p);
  const OpenClElements packed = weights.clear(bias, to);
  const Tensor dense = encoded->format->decode(*encoded);
  const float* from = dense.as<float>().data();
  for (std::int64_t k = 0; k < p.k; ++k)
    for (std::int64_t c = 0; c < p.c; ++c)
      for (std::int64_t tap = 0; tap < p.r * p.s; ++tap)
        packed.put(weights.place(k, tap * p.c + c), *from++);
}

Status enqueue(const ConvProblem& p, const DeviceCall& call) {
  const auto ways = gemm_ways(opencl_shape().gpu);
  const auto run = [&](std::size_t way) { return enqueue_gemm(p, call, ways[way]); };
  return run(DLIS_TRY(fastest_way("opencl_gemm:1", p, call, ways.size(), run)));
}

}  // namespace

std::span<const GemmWay> gemm_ways(bool gpu) {
  return gpu ? std::span<const GemmWay>(kGpuWays) : kCpuWays;
}

Status enqueue_gemm(const ConvProblem& p, const DeviceCall& call, const GemmWay& way) {
  if (!way.gpu) return on_cpu(p, call, way);
  return on_gpu(opencl_sizes(p, weights_of(p), call),
                {opencl_aligned(p, call), opencl_element(p), 1, 0, 0}, call,
                opencl_residual(p, call), way);
}

Status enqueue_planes(const OpenClSizes& sizes, const GemmPlanes& planes, const DeviceCall& call,
                      const GemmWay& way) {
  return on_gpu(sizes, planes, call, call.inputs[0], way);
}

extern constinit const ConvRow opencl_gemm_row{
    .name = "opencl_gemm",
    .device = "opencl",
    .summary = "an OpenCL matrix product that finds its inputs itself; f16 weights stay f16",
    .tolerance = {2e-6},
    .accepts = accepts,
    .packed_bytes = [](const ConvProblem& p, const Encoded*) { return weights_of(p).bytes(); },
    .pack = pack,
    .scratch_bytes = [](const ConvProblem&) { return std::size_t(0); },
    .enqueue = enqueue,
    .remark = opencl_element_remark,
};

}  // namespace dlis
