// The blocked product behind MatMul and Gemm: a tile is 96 rows by one panel of columns, its sums
// stay in scratch while k runs in blocks whose panel of b fits the L2 cache.
#include "dlis/compute/nn/matmul.h"

namespace dlis::nn {
namespace {

constexpr std::int64_t kRows = 96;
constexpr std::int64_t kDepth = 512;
constexpr std::int64_t kPackFrom = 24;  // rows from which copying a panel of b pays

struct Tile {
  const float *a, *b, *bias;
  float* out;
  std::int64_t rows, cols;
};

Tile tile_at(const MatmulShape& s, std::int64_t panel, const float* a, const float* b,
             const float* bias, float* out, std::int64_t index) {
  const std::int64_t panels = (s.n + panel - 1) / panel, blocks = (s.m + kRows - 1) / kRows;
  const std::int64_t n = index % panels * panel;
  const std::int64_t m = index / panels % blocks * kRows;
  std::int64_t batch = index / panels / blocks;
  Tile tile{a + m * s.a_m,
            b + n * s.b_n,
            bias,
            out + m * s.out_m + n * s.out_n,
            std::min(kRows, s.m - m),
            std::min(panel, s.n - n)};
  if (bias != nullptr) tile.bias += m * s.bias_m + n * s.bias_n;
  for (int axis = s.batch.rank - 1; axis >= 0; --axis) {
    const std::int64_t i = batch % s.batch.extent[axis];
    batch /= s.batch.extent[axis];
    tile.out += i * s.batch.stride[0][axis];
    tile.a += i * s.batch.stride[1][axis];
    tile.b += i * s.batch.stride[2][axis];
  }
  return tile;
}

void pack_panel(const float* b, std::int64_t depth, std::int64_t b_k, std::int64_t cols,
                std::int64_t b_n, std::int64_t panel, float* to) {
  for (std::int64_t k = 0; k < depth; ++k, to += panel) {
    for (std::int64_t j = 0; j < cols; ++j) to[j] = b[k * b_k + j * b_n];
    for (std::int64_t j = cols; j < panel; ++j) to[j] = 0;
  }
}

void finish(const MatmulShape& s, const Tile& tile, std::int64_t panel, const float* sums) {
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    float* const out = tile.out + r * s.out_m;
    const float* const sum = sums + r * panel;
    if (s.beta != 0) {
      const float* const bias = tile.bias + r * s.bias_m;
      for (std::int64_t j = 0; j < tile.cols; ++j)
        out[j * s.out_n] = s.alpha * sum[j] + s.beta * bias[j * s.bias_n];
    } else {
      for (std::int64_t j = 0; j < tile.cols; ++j) out[j * s.out_n] = s.alpha * sum[j];
    }
  }
}

void run_tile(const MatmulShape& s, const PanelKernels& kernels, const Tile& tile, float* sums) {
  const std::int64_t panel = kernels.panel;
  float* const packed = sums + kRows * panel;
  const bool packs = s.b_n != 1 || tile.cols < panel || tile.rows >= kPackFrom;
  std::fill_n(sums, tile.rows * panel, 0.0f);
  for (std::int64_t k = 0; k < s.k; k += kDepth) {
    const std::int64_t depth = std::min(kDepth, s.k - k);
    const float* const b = tile.b + k * s.b_k;
    if (packs) pack_panel(b, depth, s.b_k, tile.cols, s.b_n, panel, packed);
    kernels.accumulate({.rows = tile.rows,
                        .depth = depth,
                        .a = tile.a + k * s.a_k,
                        .a_row = s.a_m,
                        .a_depth = s.a_k,
                        .b = packs ? packed : b,
                        .b_row = packs ? panel : s.b_k,
                        .sum = sums});
  }
  finish(s, tile, panel, sums);
}

std::int64_t scratch_floats(std::int64_t panel) { return (kRows + kDepth) * panel; }

}  // namespace

std::int64_t MatmulShape::tiles(std::int64_t panel) const {
  return batch.count() * ((m + kRows - 1) / kRows) * ((n + panel - 1) / panel);
}

std::size_t matmul_scratch(std::int64_t panel, int workers) {
  return std::size_t(scratch_floats(panel)) * sizeof(float) * std::size_t(workers);
}

void run_matmul(const MatmulShape& shape, const PanelKernels& kernels, const float* a,
                const float* b, const float* bias, float* out, Range range, float* scratch) {
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    run_tile(shape, kernels, tile_at(shape, kernels.panel, a, b, bias, out, tile), scratch);
}

void matmul_run(const OpProblem& problem, const Call& call, int, Range range, Worker worker) {
  const MatmulShape& shape = *part<MatmulShape>(call.packed);
  const PanelKernels& kernels = panel_kernels_for(problem.isa);
  const float* const bias = shape.beta != 0 ? input(problem, call, 2).as<float>() : nullptr;
  float* const scratch =
      reinterpret_cast<float*>(call.scratch) + worker.index * scratch_floats(kernels.panel);
  run_matmul(shape, kernels, input(problem, call, 0).as<float>(),
             input(problem, call, 1).as<float>(), bias, call.outputs[0].as<float>(), range,
             scratch);
}

}  // namespace dlis::nn
