#include "dlis/compute/nn/elementwise.h"

#include "dlis/compute/nn/copy.h"

namespace dlis::nn {
namespace {

constexpr std::int64_t kTileElements = 16384;
constexpr std::int64_t kChunk = 512;  // elements that pass through a buffer at a time
constexpr std::int64_t kSlack = 16;   // floats that a kernel may read past an operand

struct Params {
  Loops loops;
  Tiling tiling;
  ElementwiseSettings settings;
  std::size_t table = 0;  // where a ByteTable is packed; 0: there is none
};
constexpr std::size_t kTableAt = (sizeof(Params) + 63) / 64 * 64;

Params params_of(const OpProblem& problem, ElementwiseSettings settings) {
  const TensorDesc& out = problem.outputs[0];
  std::vector<Shape> strides = {out.strides};
  for (std::size_t i = 0; i < problem.inputs.size(); ++i)
    strides.push_back(broadcast_strides(input_desc(problem, i), out.shape));
  Params params;
  params.loops = make_loops(out.shape, strides);
  params.tiling = make_tiling(params.loops, problem.workers, kTileElements);
  params.settings = settings;
  return params;
}

bool is_dense(const BlockOperand& operand) { return operand.col == 1 || operand.col == 0; }

void copy_floats(std::int64_t n, float* out, std::int64_t out_stride, const float* in,
                 std::int64_t in_stride) {
  copy_block(sizeof(float), 1, n, reinterpret_cast<std::byte*>(out), {0, out_stride},
             reinterpret_cast<const std::byte*>(in), {0, in_stride});
}

// Part of one row through buffers: inputs are gathered, folded and scattered.
void run_chunk(ElementwiseKernel kernel, int arity, std::int64_t n, float* out,
               std::int64_t out_col, std::span<const BlockOperand> inputs,
               ElementwiseSettings settings) {
  alignas(64) float gathered[3][kChunk + kSlack];
  alignas(64) float result[kChunk + kSlack];
  ElementwiseBlock block{.cols = n, .out = result, .a = settings.a, .b = settings.b};
  const auto load = [&](const BlockOperand& operand, int slot) {
    block.in[slot] = operand.data;
    block.in_col[slot] = operand.col;
    if (is_dense(operand)) return;
    copy_floats(n, gathered[slot], 1, operand.data, operand.col);
    block.in[slot] = gathered[slot];
    block.in_col[slot] = 1;
  };
  for (int slot = 0; slot < arity; ++slot) load(inputs[std::size_t(slot)], slot);
  kernel(block);
  for (std::size_t i = std::size_t(arity); i < inputs.size(); ++i) {
    load(inputs[i], 1);
    block.in[0] = result;
    block.in_col[0] = 1;
    kernel(block);
  }
  copy_floats(n, out, out_col, result, 1);
}

}  // namespace

void run_block(ElementwiseKernel kernel, int arity, std::int64_t rows, std::int64_t cols,
               float* out, std::int64_t out_row, std::int64_t out_col,
               std::span<const BlockOperand> inputs, ElementwiseSettings settings) {
  const bool direct = out_col == 1 && int(inputs.size()) == arity &&
                      std::all_of(inputs.begin(), inputs.end(), is_dense);
  if (int(inputs.size()) < arity)  // a fold over one input
    return copy_block(sizeof(float), rows, cols, reinterpret_cast<std::byte*>(out),
                      {out_row, out_col}, reinterpret_cast<const std::byte*>(inputs[0].data),
                      {inputs[0].row, inputs[0].col});
  if (direct) {
    ElementwiseBlock block{.rows = rows,
                           .cols = cols,
                           .out = out,
                           .out_row = out_row,
                           .a = settings.a,
                           .b = settings.b};
    for (int i = 0; i < arity; ++i) {
      block.in[i] = inputs[std::size_t(i)].data;
      block.in_row[i] = inputs[std::size_t(i)].row;
      block.in_col[i] = inputs[std::size_t(i)].col;
    }
    return kernel(block);
  }
  BlockOperand at[kMaxOperands];
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < cols; c += kChunk) {
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        at[i] = inputs[i];
        at[i].data += r * at[i].row + c * at[i].col;
      }
      run_chunk(kernel, arity, std::min(kChunk, cols - c), out + r * out_row + c * out_col, out_col,
                {at, inputs.size()}, settings);
    }
}

Blob build_elementwise(const OpProblem& problem, ElementwiseSettings settings,
                       ElementwiseKernel mapped) {
  Blob blob;
  Params params = params_of(problem, settings);
  params.table = mapped ? kTableAt : 0;
  blob.add(params);
  if (mapped) blob.add(byte_table(problem, mapped, settings.a, settings.b));
  return blob;
}

std::int64_t elementwise_tiles(const OpProblem& problem, int) {
  return params_of(problem, {}).tiling.count();
}

void run_elementwise(const OpProblem& problem, const Call& call, Range range,
                     ElementwiseKernel kernel, int arity, Whole whole) {
  const Params& params = *part<Params>(call.packed);
  const Loops& loops = params.loops;
  if (params.table != 0) {
    for (std::int64_t tile = range.begin; tile < range.end; ++tile)
      run_table(problem, call, *part<ByteTable>(call.packed, params.table), loops, params.tiling,
                tile);
    return;
  }
  if (problem.outputs[0].type != DType::f32) {
    for (std::int64_t tile = range.begin; tile < range.end; ++tile)
      run_whole(problem, call, whole,
                {loops, params.tiling, tile, params.settings.a, params.settings.b});
    return;
  }
  const std::size_t count = problem.inputs.size();
  const float* data[kMaxOperands];
  for (std::size_t i = 0; i < count; ++i) data[i] = input(problem, call, i).as<float>();
  float* const out = call.outputs[0].as<float>();
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    for_tile(loops, params.tiling, tile,
             [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
               BlockOperand inputs[kMaxOperands];
               for (std::size_t i = 0; i < count; ++i)
                 inputs[i] = {data[i] + at[i + 1], loops.row_stride(int(i) + 1),
                              loops.col_stride(int(i) + 1)};
               run_block(kernel, arity, rows, cols, out + at[0], loops.row_stride(0),
                         loops.col_stride(0), {inputs, count}, params.settings);
             });
}

}  // namespace dlis::nn
