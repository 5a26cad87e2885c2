#include "dlis/compute/nn/reduce.h"

#include <limits>

#include "dlis/compute/nn/copy.h"
#include "dlis/compute/nn/reduce_bytes.h"

namespace dlis::nn {
namespace {

constexpr std::int64_t kTileElements = 16384;  // of the input
constexpr std::int64_t kChunk = 512;           // columns, or gathered elements, at a time

using Params = ReduceParams;

Params params_of(const OpProblem& problem, const std::vector<bool>& reduced, Reduction reduction) {
  const TensorDesc in = input_desc(problem, 0);
  const TensorDesc& out = problem.outputs[0];
  const bool keeps_rank = out.shape.rank() == in.shape.rank();
  Params params;
  params.reduction = reduction;
  params.kept.operands = 2;
  params.reduced.operands = 1;
  int out_axis = 0;
  for (int axis = 0; axis < in.shape.rank(); ++axis) {
    if (reduced[std::size_t(axis)]) {
      const std::int64_t strides[] = {in.strides[axis]};
      add_axis(params.reduced, in.shape[axis], strides);
      out_axis += keeps_rank;
    } else {
      const std::int64_t strides[] = {out.strides[out_axis++], in.strides[axis]};
      add_axis(params.kept, in.shape[axis], strides);
    }
  }
  for (Loops* loops : {&params.kept, &params.reduced}) {
    sort_axes(*loops);
    collapse_axes(*loops);
  }
  const std::int64_t each = std::max<std::int64_t>(params.reduced.count(), 1);
  params.tiling =
      make_tiling(params.kept, problem.workers, std::max<std::int64_t>(kTileElements / each, 16));
  return params;
}

struct Reducer {
  const Params& params;
  const ReduceKernels& kernels;
  bool is_max() const { return params.reduction == Reduction::max; }
  float start() const { return is_max() ? -std::numeric_limits<float>::infinity() : 0; }
  float finish(float x) const {
    return params.reduction == Reduction::mean ? x / float(params.reduced.count()) : x;
  }

  // Outputs whose input is contiguous: whole vectors of them at once.
  void columns(std::int64_t cols, const float* in, float* out, std::int64_t out_stride) const {
    const Loops& reduced = params.reduced;
    const auto kernel = is_max() ? kernels.max_rows : kernels.sum_rows;
    alignas(64) float acc[kChunk];
    for (std::int64_t c = 0; c < cols; c += kChunk) {
      const std::int64_t n = std::min(kChunk, cols - c);
      std::fill_n(acc, n, start());
      for_all(reduced, [&](std::int64_t rows, std::int64_t count, const std::int64_t* at) {
        for (std::int64_t r = 0; r < rows; ++r)
          kernel(count, n, in + c + at[0] + r * reduced.row_stride(0), reduced.col_stride(0), acc);
      });
      finish_all(n, acc);
      if (out_stride == 1)
        std::copy_n(acc, n, out + c);
      else
        for (std::int64_t i = 0; i < n; ++i) out[(c + i) * out_stride] = acc[i];
    }
  }

  // One output: its inputs are contiguous, or are gathered piece by piece.
  float one(const float* in) const {
    const Loops& reduced = params.reduced;
    float total = start();
    for_all(reduced, [&](std::int64_t rows, std::int64_t count, const std::int64_t* at) {
      for (std::int64_t r = 0; r < rows; ++r)
        total =
            join(total, run(count, in + at[0] + r * reduced.row_stride(0), reduced.col_stride(0)));
    });
    return finish(total);
  }

 private:
  // Simple enough for the compiler to take whole vectors: a division each is what small maps wait
  // for.
  void finish_all(std::int64_t n, float* acc) const {
    if (params.reduction != Reduction::mean) return;
    const float count = float(params.reduced.count());
    for (std::int64_t i = 0; i < n; ++i) acc[i] /= count;
  }
  float join(float a, float b) const {
    if (!is_max()) return a + b;
    return a != a || b != b ? a + b : std::max(a, b);
  }
  float run(std::int64_t count, const float* in, std::int64_t stride) const {
    const auto kernel = is_max() ? kernels.max : kernels.sum;
    if (stride == 1) return kernel(count, in);
    alignas(64) float gathered[kChunk];
    float total = start();
    for (std::int64_t i = 0; i < count; i += kChunk) {
      const std::int64_t n = std::min(kChunk, count - i);
      for (std::int64_t j = 0; j < n; ++j) gathered[j] = in[(i + j) * stride];
      total = join(total, kernel(n, gathered));
    }
    return total;
  }
};

}  // namespace

std::vector<bool> axes_attribute(const OpProblem& problem) {
  const int rank = problem.inputs[0].shape.rank();
  const Ints axes = problem.attributes.ints("axes");
  const bool none = axes.empty() && problem.attributes.integer("noop_with_empty_axes") != 0;
  std::vector<bool> reduced(std::size_t(rank), axes.empty() && !none);
  for (std::int64_t axis : axes) reduced[std::size_t(axis < 0 ? axis + rank : axis)] = true;
  return reduced;
}

std::vector<bool> spatial_axes(const OpProblem& problem) {
  std::vector<bool> reduced(std::size_t(problem.inputs[0].shape.rank()), true);
  for (std::size_t i = 0; i < std::min<std::size_t>(2, reduced.size()); ++i) reduced[i] = false;
  return reduced;
}

Verdict reduce_accepts(const OpProblem& problem, const std::vector<bool>& reduced,
                       Reduction reduction) {
  const bool bytes = is_byte(problem.inputs[0].type);
  if (bytes && reduction == Reduction::mean) return means_of_bytes(problem, reduced);
  return needs_f32(problem);
}

Blob build_reduce(const OpProblem& problem, const std::vector<bool>& reduced, Reduction reduction) {
  Blob blob;
  blob.add(params_of(problem, reduced, reduction));
  return blob;
}

std::int64_t count_reduce_tiles(const OpProblem& problem, const std::vector<bool>& reduced) {
  return params_of(problem, reduced, Reduction::sum).tiling.count();
}

void reduce_run(const OpProblem& problem, const Call& call, int, Range range, Worker) {
  const Params& params = *part<Params>(call.packed);
  if (problem.outputs[0].type != DType::f32) return run_means(problem, call, params, range);
  const Reducer reducer{params, reduce_kernels_for(problem.isa)};
  const float* const in = input(problem, call, 0).as<float>();
  float* const out = call.outputs[0].as<float>();
  const std::int64_t out_col = params.kept.col_stride(0), in_col = params.kept.col_stride(1);
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    for_tile(params.kept, params.tiling, tile,
             [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
               for (std::int64_t r = 0; r < rows; ++r) {
                 float* const to = out + at[0] + r * params.kept.row_stride(0);
                 const float* const from = in + at[1] + r * params.kept.row_stride(1);
                 if (in_col == 1 && params.tiling.cols > 1) {
                   reducer.columns(cols, from, to, out_col);
                 } else {
                   for (std::int64_t c = 0; c < cols; ++c)
                     to[c * out_col] = reducer.one(from + c * in_col);
                 }
               }
             });
}

}  // namespace dlis::nn
