#include "dlis/compute/nn/reduce_bytes.h"

#include "dlis/compute/nn/copy.h"

namespace dlis::nn {
namespace {

constexpr std::int64_t kChunk = 512;              // columns at a time
constexpr std::int64_t kMost = 0x7fffffff / 512;  // sums less their zero points fit 32 bits

template <class T>
struct MeansOf {
  const ReduceParams& params;
  void (*add_rows)(std::int64_t, std::int64_t, const T*, std::int64_t, std::int32_t*);
  void (*means)(std::int64_t, const std::int32_t*, T*, float, float, float);
  Scale from, to;

  // `cols` outputs, whose inputs lie `in_col` apart.
  void columns(std::int64_t cols, const T* in, std::int64_t in_col, T* out,
               std::int64_t out_col) const {
    for (std::int64_t c = 0; c < cols; c += kChunk)
      chunk(std::min(kChunk, cols - c), in + c * in_col, in_col, out + c * out_col, out_col);
  }

 private:
  void chunk(std::int64_t n, const T* in, std::int64_t in_col, T* out, std::int64_t out_col) const {
    const std::int64_t count = params.reduced.count();
    alignas(64) std::int32_t sums[kChunk];
    std::fill_n(sums, n, -std::int32_t(count) * from.zero);
    add_all(n, in, in_col, sums);
    alignas(64) T made[kChunk];
    T* const direct = out_col == 1 ? out : made;
    means(n, sums, direct, from.scale / to.scale, float(count), float(to.zero));
    if (out_col != 1)
      copy_block(1, 1, n, reinterpret_cast<std::byte*>(out), {0, out_col},
                 reinterpret_cast<const std::byte*>(made), {0, 1});
  }

  void add_all(std::int64_t n, const T* in, std::int64_t in_col, std::int32_t* sums) const {
    const Loops& reduced = params.reduced;
    for_all(reduced, [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
      for (std::int64_t r = 0; r < rows; ++r) {
        const T* const from_row = in + at[0] + r * reduced.row_stride(0);
        if (in_col == 1)
          add_rows(cols, n, from_row, reduced.col_stride(0), sums);
        else
          for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t c = 0; c < cols; ++c)
              sums[i] += from_row[i * in_col + c * reduced.col_stride(0)];
      }
    });
  }
};

template <class T>
void run_tiles(const OpProblem& problem, const Call& call, const MeansOf<T>& means, Range range) {
  const Loops& kept = means.params.kept;
  const T* const in = input(problem, call, 0).as<T>();
  T* const out = call.outputs[0].as<T>();
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    for_tile(kept, means.params.tiling, tile,
             [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
               for (std::int64_t r = 0; r < rows; ++r)
                 means.columns(cols, in + at[1] + r * kept.row_stride(1), kept.col_stride(1),
                               out + at[0] + r * kept.row_stride(0), kept.col_stride(0));
             });
}

}  // namespace

Verdict averages_bytes(const OpProblem& problem, std::span<const std::int64_t> extents) {
  if (problem.outputs[0].type != problem.inputs[0].type)
    return refuse("averages bytes of one type");
  if (is_constant(problem, 0)) return refuse("averages no constant bytes");
  std::int64_t count = 1;
  for (const std::int64_t extent : extents)
    if ((count *= extent) > kMost) return refuse("a sum of so many bytes overflows 32 bits");
  return accept();
}

Verdict means_of_bytes(const OpProblem& problem, const std::vector<bool>& reduced) {
  std::vector<std::int64_t> extents;
  for (std::size_t axis = 0; axis < reduced.size(); ++axis)
    if (reduced[axis]) extents.push_back(problem.inputs[0].shape[int(axis)]);
  return averages_bytes(problem, extents);
}

void run_means(const OpProblem& problem, const Call& call, const ReduceParams& params,
               Range range) {
  const ReduceKernels& kernels = reduce_kernels_for(problem.isa);
  const Scale from = problem.inputs[0].scale, to = problem.outputs[0].scale;
  if (problem.outputs[0].type == DType::u8)
    run_tiles<std::uint8_t>(problem, call,
                            {params, kernels.add_rows_u8, kernels.means_u8, from, to}, range);
  else
    run_tiles<std::int8_t>(problem, call, {params, kernels.add_rows_i8, kernels.means_i8, from, to},
                           range);
}

}  // namespace dlis::nn
