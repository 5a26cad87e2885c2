#include "dlis/compute/nn/convert.h"

#include <fmt/format.h>

#include "dlis/compute/nn/convert_kernels.h"
#include "dlis/compute/nn/copy.h"
#include "dlis/compute/nn/loops.h"

namespace dlis::nn {
namespace {

constexpr std::int64_t kTileElements = 16384;
constexpr std::int64_t kChunk = 512;  // elements that pass through a buffer at a time
constexpr std::int64_t kPlanes = 4;

// One side: scales (and zero points) along an axis, or one.
struct Side {
  DType type = DType::f32;
  std::int64_t scales = 1;
};
struct Params {
  Loops loops;  // operands: output, input, scales of the output, scales of the input
  Tiling tiling;
  Side out, in;
  std::int64_t planes = 1;  // rows that are converted together, because they are interleaved
};

// Images that come as planes and leave as pixels, or a few channels of anything.
std::int64_t interleaved(const Loops& loops) {
  const std::int64_t rows = loops.rows();
  return loops.row_stride(0) == 1 && loops.col_stride(0) == rows && rows <= kPlanes ? rows : 1;
}

bool rounds(const OpProblem& problem) { return problem.op == "QuantizeLinear"; }

// Scales, then zero points, of the side that the attributes describe or of the other.
std::vector<float> numbers_of(const OpProblem& problem, bool by_attributes,
                              const TensorDesc& desc) {
  if (!by_attributes) return {desc.scale.scale, float(desc.scale.zero)};
  std::vector<float> numbers = problem.attributes.floats("scale");
  for (std::int64_t zero : problem.attributes.ints("zero_point")) numbers.push_back(float(zero));
  return numbers;
}

Shape scale_strides(const OpProblem& problem, bool by_attributes, const Shape& shape) {
  Shape strides = shape;
  for (int axis = 0; axis < shape.rank(); ++axis) strides[axis] = 0;
  const bool many = by_attributes && problem.attributes.floats("scale").size() > 1;
  if (many) strides[int(problem.attributes.integer("axis"))] = 1;
  return strides;
}

Params params_of(const OpProblem& problem) {
  const TensorDesc in = input_desc(problem, 0);
  const TensorDesc& out = problem.outputs[0];
  const Shape strides[] = {out.strides, in.strides,
                           scale_strides(problem, rounds(problem), out.shape),
                           scale_strides(problem, !rounds(problem), out.shape)};
  Params params;
  params.loops = make_loops(out.shape, strides);
  params.tiling = make_tiling(params.loops, problem.workers, kTileElements);
  params.planes = interleaved(params.loops);
  if (params.planes > 1) params.tiling.row_step = params.planes;
  params.out = {out.type, std::int64_t(numbers_of(problem, rounds(problem), out).size() / 2)};
  params.in = {in.type, std::int64_t(numbers_of(problem, !rounds(problem), in).size() / 2)};
  return params;
}

ConvertKernel reader(const ConvertKernels& kernels, DType type) {
  switch (type) {
    case DType::u8:
      return kernels.read_u8;
    case DType::i8:
      return kernels.read_i8;
    case DType::i32:
      return kernels.read_i32;
    case DType::bf16:
      return kernels.read_bf16;
    case DType::f16:
      return kernels.read_f16;
    default:
      return nullptr;  // it is real already
  }
}
ConvertKernel rounder(const ConvertKernels& kernels, DType type) {
  switch (type) {
    case DType::u8:
      return kernels.round_u8;
    case DType::i8:
      return kernels.round_i8;
    case DType::bf16:
      return kernels.round_bf16;
    case DType::f16:
      return kernels.round_f16;
    default:
      return nullptr;
  }
}

// What a chunk needs beside its addresses.
struct Conversion {
  const Params& params;
  ConvertKernel read, round;
  const float *out_scales, *in_scales;

  // n elements to `target`, side by side.
  void run(std::int64_t n, std::byte* target, const std::byte* in, std::int64_t in_col,
           std::int64_t out_at, std::int64_t in_at) const {
    alignas(64) std::byte gathered[kChunk * 4 + 64];
    alignas(64) float real[kChunk + 16];
    const std::size_t in_size = size_of(params.in.type);
    if (in_col != 1) {
      copy_block(in_size, 1, n, gathered, {0, 1}, in, {0, in_col});
      in = gathered;
    }
    void* const middle = round ? static_cast<void*>(real) : target;
    const std::int64_t in_step = params.loops.col_stride(3), out_step = params.loops.col_stride(2);
    if (read) {
      read({n, in, middle, in_scales + in_at, in_scales + params.in.scales + in_at, in_step});
    } else if (!round) {
      std::memcpy(target, in, std::size_t(n) * in_size);
    }
    if (round)
      round({n, read ? real : static_cast<const void*>(in), target, out_scales + out_at,
             out_scales + params.out.scales + out_at, out_step});
  }
};

// n columns of `params.planes` rows of a tile from (r, c) on; `at` are the tile's offsets.
void run_chunk(const Conversion& conversion, std::byte* out, const std::byte* in,
               const std::int64_t* at, std::int64_t r, std::int64_t c, std::int64_t n) {
  alignas(64) std::byte stored[kPlanes][kChunk * 4 + 64];
  const Params& params = conversion.params;
  const Loops& loops = params.loops;
  const std::size_t in_size = size_of(params.in.type), out_size = size_of(params.out.type);
  const auto offset = [&](int o, std::int64_t row) {
    return at[o] + row * loops.row_stride(o) + c * loops.col_stride(o);
  };
  std::byte* const first = out + offset(0, r) * std::int64_t(out_size);
  const bool direct = loops.col_stride(0) == 1;
  for (std::int64_t p = 0; p < params.planes; ++p)
    conversion.run(n, direct ? first : stored[p], in + offset(1, r + p) * std::int64_t(in_size),
                   loops.col_stride(1), offset(2, r + p), offset(3, r + p));
  const auto plane = std::int64_t(sizeof(stored[0]) / out_size);
  if (!direct)
    copy_block(out_size, params.planes, n, first, {loops.row_stride(0), loops.col_stride(0)},
               stored[0], {plane, 1});
}

}  // namespace

Verdict convert_accepts(const OpProblem& problem) {
  if (Verdict v = needs_inputs(problem, 1, 1); !v) return v;
  const DType from = problem.inputs[0].type, to = problem.outputs[0].type;
  const bool reads = from == DType::f32 || reader(convert_kernels_for(Isa::generic), from);
  const bool writes = to == DType::f32 || rounder(convert_kernels_for(Isa::generic), to);
  if (!reads || !writes)
    return refuse(fmt::format("converts no {} to {}", name_of(from), name_of(to)));
  const auto scales = problem.attributes.floats("scale").size();
  const Ints zeros = problem.attributes.ints("zero_point");
  if (scales < 1 || zeros.size() != scales) return refuse("needs a zero point for each scale");
  const auto is_byte_value = [](std::int64_t zero) { return zero >= -128 && zero <= 255; };
  if (!std::ranges::all_of(zeros, is_byte_value)) return refuse("needs zero points of bytes");
  return accept();
}

Blob build_convert(const OpProblem& problem) {
  Blob blob;
  blob.add(params_of(problem));
  const auto out = numbers_of(problem, rounds(problem), problem.outputs[0]);
  const auto in = numbers_of(problem, !rounds(problem), problem.inputs[0]);
  blob.add(std::span<const float>(out));
  blob.add(std::span<const float>(in));
  return blob;
}

std::int64_t convert_tiles(const OpProblem& problem, int) {
  return params_of(problem).tiling.count();
}

void convert_run(const OpProblem& problem, const Call& call, int, Range range, Worker) {
  const Params& params = *part<Params>(call.packed);
  const auto after = [](std::size_t at, std::size_t bytes) { return (at + bytes + 63) / 64 * 64; };
  const std::size_t out_at = after(0, sizeof(Params));
  const std::size_t in_at = after(out_at, std::size_t(params.out.scales) * 2 * sizeof(float));
  const ConvertKernels& kernels = convert_kernels_for(problem.isa);
  const Conversion conversion{params, reader(kernels, params.in.type),
                              rounder(kernels, params.out.type), part<float>(call.packed, out_at),
                              part<float>(call.packed, in_at)};
  const std::byte* const in = input(problem, call, 0).data;
  std::byte* const out = call.outputs[0].data;
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    for_tile(params.loops, params.tiling, tile,
             [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
               for (std::int64_t r = 0; r < rows; r += params.planes)
                 for (std::int64_t c = 0; c < cols; c += kChunk)
                   run_chunk(conversion, out, in, at, r, c, std::min(kChunk, cols - c));
             });
}

}  // namespace dlis::nn
