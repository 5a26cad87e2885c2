#include "dlis/compute/nn/byte_table.h"

#include <algorithm>

#include "dlis/compute/nn/blob.h"
#include "dlis/compute/nn/convert_kernels.h"

namespace dlis::nn {
namespace {

constexpr int kBytes = 256;
constexpr int kSlack = 16;  // floats that a kernel may read past an operand

// What the byte with these bits is.
std::int32_t value_of(std::uint8_t bits, DType type) {
  return type == DType::i8 ? std::int32_t(std::int8_t(bits)) : std::int32_t(bits);
}

void find_clamp(ByteTable& table, DType type) {
  const std::int32_t lowest = type == DType::i8 ? -128 : 0;
  table.low = value_of(table.to[std::uint8_t(lowest)], type);
  table.high = value_of(table.to[std::uint8_t(lowest + 255)], type);
  table.clamps = table.low <= table.high;
  for (std::int32_t x = lowest; table.clamps && x < lowest + kBytes; ++x)
    table.clamps =
        value_of(table.to[std::uint8_t(x)], type) == std::clamp(x, table.low, table.high);
}

void map_row(const ByteTable& table, const ConvertKernels& kernels, DType type, std::int64_t n,
             const std::uint8_t* in, std::int64_t in_col, std::uint8_t* out, std::int64_t out_col) {
  if (!table.clamps || in_col != 1 || out_col != 1) {
    for (std::int64_t i = 0; i < n; ++i) out[i * out_col] = table.to[in[i * in_col]];
  } else if (type == DType::u8) {
    kernels.clamp_u8(n, in, out, std::uint8_t(table.low), std::uint8_t(table.high));
  } else {
    kernels.clamp_i8(n, reinterpret_cast<const std::int8_t*>(in),
                     reinterpret_cast<std::int8_t*>(out), std::int8_t(table.low),
                     std::int8_t(table.high));
  }
}

}  // namespace

bool maps_bytes(const OpProblem& problem) {
  return problem.inputs.size() == 1 && is_byte(problem.inputs[0].type) &&
         is_byte(problem.outputs[0].type) && !is_constant(problem, 0);
}

ByteTable byte_table(const OpProblem& problem, ElementwiseKernel kernel, float a, float b) {
  const ConvertKernels& convert = convert_kernels_for(problem.isa);
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  std::uint8_t bits[kBytes];
  for (int i = 0; i < kBytes; ++i) bits[i] = std::uint8_t(i);
  alignas(64) float reals[kBytes + kSlack] = {}, results[kBytes + kSlack];
  const float in_zero = float(in.scale.zero), out_zero = float(out.scale.zero);
  (in.type == DType::u8 ? convert.read_u8
                        : convert.read_i8)({kBytes, bits, reals, &in.scale.scale, &in_zero, 0});
  ElementwiseBlock block{.cols = kBytes, .out = results, .a = a, .b = b};
  block.in[0] = reals;
  block.in_col[0] = 1;
  kernel(block);
  ByteTable table;
  (out.type == DType::u8 ? convert.round_u8 : convert.round_i8)(
      {kBytes, results, table.to, &out.scale.scale, &out_zero, 0});
  if (in.type == out.type) find_clamp(table, in.type);
  return table;
}

void run_table(const OpProblem& problem, const Call& call, const ByteTable& table,
               const Loops& loops, const Tiling& tiling, std::int64_t tile) {
  const ConvertKernels& kernels = convert_kernels_for(problem.isa);
  const auto* const in = reinterpret_cast<const std::uint8_t*>(call.inputs[0].data);
  auto* const out = reinterpret_cast<std::uint8_t*>(call.outputs[0].data);
  for_tile(loops, tiling, tile, [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
    for (std::int64_t r = 0; r < rows; ++r)
      map_row(table, kernels, problem.outputs[0].type, cols, in + at[1] + r * loops.row_stride(1),
              loops.col_stride(1), out + at[0] + r * loops.row_stride(0), loops.col_stride(0));
  });
}

}  // namespace dlis::nn
