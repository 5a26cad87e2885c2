// 3x3 filters in tiles of m x m outputs (winograd_cpu.cl, winograd_gpu.cl), and the row
// `opencl_winograd` of 4x4.
#include "dlis/compute/opencl/opencl_winograd.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "dlis/base/divide.h"
#include "dlis/base/winograd.h"
#include "dlis/compute/opencl/kernel.h"
#include "dlis/compute/winograd/winograd.h"

namespace dlis {
namespace {

constexpr std::int64_t kLine = kAlignment / sizeof(float);
constexpr std::size_t kItems = 64;              // of a GPU's group that transforms
constexpr std::size_t kInCache = 2u << 20;      // bytes of weights that need not be asked for
constexpr int kAhead = 2048;                    // floats: two pages
constexpr std::size_t kMostShared = 16u << 20;  // bytes of V that still lie in a last-level cache

constexpr std::int64_t frequencies(int m) { return (m + 2) * (m + 2); }

// f32 always: in f16 the transformed weights would be rounded a second time.
OpenClWeights weights_of(const ConvProblem& p, int m) { return {p, frequencies(m), p.c}; }

// `Cut` of the kernels.
struct Cut {
  cl_int rows, columns, tiles, block, v_pitch, v_plane, m_plane;
};

Cut cut_of(const ConvProblem& p, int m, const WinogradWay& way) {
  const std::int64_t rows = divide_up(p.p(), m), columns = divide_up(p.q(), m);
  const std::int64_t tiles = p.n * rows * columns;
  // Odd numbers of lines, so that neighbours do not fall into the same sets of a cache.
  const auto pitch_of = [](std::int64_t floats) { return (divide_up(floats, kLine) | 1) * kLine; };
  const std::int64_t pitch = pitch_of(p.c), wide = round_up(p.k, kOpenClPanel);
  const std::int64_t block = way.gpu ? tiles : divide_up(tiles, divide_up(tiles, way.tiles));
  return {cl_int(rows),
          cl_int(columns),
          cl_int(tiles),
          cl_int(block),
          cl_int(pitch),
          cl_int((way.shared ? tiles : block) * pitch),
          cl_int(way.gpu ? tiles * wide : pitch_of(block * kOpenClPanel))};
}

std::size_t bytes_of(int m, cl_int plane) {
  return std::size_t(frequencies(m)) * std::size_t(plane) * sizeof(float);
}

Status on_cpu(const ConvProblem& p, int m, const DeviceCall& call, const WinogradWay& way) {
  const OpenClWeights weights = weights_of(p, m);
  const OpenClSizes sizes = opencl_sizes(p, weights, call);
  const Cut cut = cut_of(p, m, way);
  const auto blocks = std::size_t(divide_up(cut.tiles, cut.block));
  const auto kernel = [&](const char* name) {
    return opencl_kernel(
        "winograd_cpu.cl", name,
        fmt::format("-DTILE={} -DROWS={} -DSHARED={} -DAHEAD={}", m, opencl_rows(cut.block),
                    int(way.shared), weights.bytes() > kInCache ? kAhead : 0));
  };
  constexpr WorkSize kAlone{1, 1, 1};
  const LocalBytes v{bytes_of(m, cut.v_plane)}, products{bytes_of(m, cut.m_plane)};
  const DeviceView &x = call.inputs[0], &y = call.outputs[0];
  const DeviceView& residual = opencl_residual(p, call);
  if (!way.shared)
    return launch(call, DLIS_TRY(kernel("winograd")), {blocks, 1, 1}, kAlone, sizes, cut, x,
                  call.packed, residual, y, v, products);
  cl_kernel input = DLIS_TRY(kernel("winograd_input"));
  DLIS_TRY(launch(call, input, {std::size_t(cut.tiles), 1, 1}, kAlone, sizes, cut, x, call.packed,
                  call.scratch));
  return launch(call, DLIS_TRY(kernel("winograd_products")),
                {blocks * std::size_t(weights.panels()), 1, 1}, kAlone, sizes, cut, call.scratch,
                call.packed, residual, y, products);
}

// The products of all frequencies as 1x1 convolutions of a map of tiles.
OpenClSizes product_sizes(const OpenClSizes& of, const Cut& cut) {
  OpenClSizes sizes = of;
  sizes.n = sizes.h = sizes.p = sizes.r = sizes.s = 1;
  sizes.w = sizes.q = cut.tiles;
  sizes.k = of.panels * cl_int(kOpenClPanel);
  sizes.pad_top = sizes.pad_left = 0;
  sizes.x = {0, 0, cut.v_pitch};
  sizes.y = {0, 0, sizes.k};
  sizes.bias = sizes.add = sizes.activation = 0;
  sizes.low = -std::numeric_limits<float>::infinity();
  sizes.high = std::numeric_limits<float>::infinity();
  return sizes;
}

Status on_gpu(const ConvProblem& p, int m, const DeviceCall& call, const WinogradWay& way) {
  const OpenClSizes sizes = opencl_sizes(p, weights_of(p, m), call);
  const Cut cut = cut_of(p, m, way);
  const auto kernel = [&](const char* name) {
    return opencl_kernel("winograd_gpu.cl", name,
                         fmt::format("-DTILE={} -DALIGNED={}", m, int(opencl_aligned(p, call))));
  };
  const auto items = [&](std::int64_t values) {
    return WorkSize{std::size_t(divide_up(values, 4)), std::size_t(cut.tiles), 1};
  };
  const WorkSize group{kItems, 1, 1};
  const DeviceView v{call.scratch, 0}, y{call.scratch, bytes_of(m, cut.v_plane)};
  cl_kernel input = DLIS_TRY(kernel("winograd_input"));
  DLIS_TRY(launch(call, input, items(p.c), group, sizes, cut, call.inputs[0], call.scratch));
  const DeviceCall products{call.queue, {&v, 1}, {&y, 1}, call.packed};
  DLIS_TRY(
      enqueue_planes(product_sizes(sizes, cut),
                     {p.c % 4 == 0, OpenClElement::f32, frequencies(m), cut.v_plane, cut.m_plane},
                     products, *way.gpu));
  return launch(call, DLIS_TRY(kernel("winograd_output")), items(p.k), group, sizes, cut, y,
                call.packed, opencl_residual(p, call), call.outputs[0]);
}

}  // namespace

Verdict opencl_winograd_accepts(const ConvProblem& p, int m) {
  if (const Verdict verdict = winograd_accepts(p, m); !verdict) return verdict;
  if (const Verdict verdict = opencl_conv_accepts(p, weights_of(p, m)); !verdict) return verdict;
  if (const auto cl = opencl(); !cl) return refuse(cl.error().message());
  return winograd_ways(p, m, opencl_shape()).empty() ? refuse("needs more local memory") : accept();
}

void opencl_winograd_pack(const ConvProblem& p, int m, const Encoded* encoded, const float* bias,
                          std::byte* to) {
  const OpenClWeights weights = weights_of(p, m);
  const OpenClElements packed = weights.clear(bias, to);
  const Tensor dense = encoded->format->decode(*encoded);
  const float* from = dense.as<float>().data();
  double u[kWinogradMostValues];
  for (std::int64_t k = 0; k < p.k; ++k)
    for (std::int64_t c = 0; c < p.c; ++c, from += 9) {
      winograd_weights(*winograd_matrices(m), from, u);
      for (std::int64_t f = 0; f < frequencies(m); ++f)
        packed.put(weights.place(k, c) + f * weights.plane(), float(u[f]));
    }
}

Status opencl_winograd_enqueue(const ConvProblem& p, int m, const DeviceCall& call) {
  const auto ways = winograd_ways(p, m, opencl_shape());
  const auto run = [&](std::size_t way) { return enqueue_winograd(p, m, call, ways[way]); };
  return run(
      DLIS_TRY(fastest_way(fmt::format("opencl_winograd_f{}:1", m), p, call, ways.size(), run)));
}

std::size_t opencl_winograd_packed_bytes(const ConvProblem& p, int m) {
  return weights_of(p, m).bytes();
}

std::string opencl_winograd_remark(const ConvProblem& p) {
  return p.format && p.format->name == std::string_view("f16") ? "transformed weights are f32" : "";
}

std::vector<WinogradWay> winograd_ways(const ConvProblem& p, int m, const OpenClShape& shape) {
  std::vector<WinogradWay> ways;
  if (shape.gpu) {
    for (const GemmWay& way : gemm_ways(true)) ways.push_back({&way, true, 0});
    return ways;
  }
  constexpr WinogradWay kWays[] = {
      {nullptr, false, 12}, {nullptr, false, 36}, {nullptr, true, 48}, {nullptr, true, 96}};
  const std::size_t most = shape.local_bytes / 8 * 7;  // the rest of the cache is for weights
  for (const WinogradWay& way : kWays) {
    const Cut cut = cut_of(p, m, way);
    const std::size_t v = bytes_of(m, cut.v_plane), products = bytes_of(m, cut.m_plane);
    const bool fits = way.shared ? v <= kMostShared && products <= most : v + products <= most;
    const bool known =
        !ways.empty() && ways.back().shared == way.shared && cut.block <= ways.back().tiles;
    if (fits && !known) ways.push_back(way);
  }
  return ways;
}

std::size_t winograd_scratch_bytes(const ConvProblem& p, int m, bool gpu) {
  if (gpu) {
    const Cut cut = cut_of(p, m, {gemm_ways(true).data(), true, 0});
    return bytes_of(m, cut.v_plane) + bytes_of(m, cut.m_plane);
  }
  const std::size_t v = bytes_of(m, cut_of(p, m, {nullptr, true, 48}).v_plane);
  return v <= kMostShared ? v : 0;
}

Status enqueue_winograd(const ConvProblem& p, int m, const DeviceCall& call,
                        const WinogradWay& way) {
  return way.gpu ? on_gpu(p, m, call, way) : on_cpu(p, m, call, way);
}

extern constinit const ConvRow opencl_winograd_row = opencl_winograd_row_of<4>(
    "opencl_winograd",
    "3x3 filters in tiles of 4x4 outputs: a quarter of the multiplications, by OpenCL", 5e-6);

}  // namespace dlis
