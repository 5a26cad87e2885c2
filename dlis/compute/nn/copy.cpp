#include "dlis/compute/nn/copy.h"

namespace dlis::nn {
namespace {

// Bytes of one part's tile: large enough for the copy to run at the memory's rate.
constexpr std::int64_t kTileElements = 16384;
constexpr std::int64_t kBlock = 16;  // of a transposition: a block of both sides fits the L1 cache

template <class T>
void copy_strided(std::int64_t cols, T* out, std::int64_t out_stride, const T* in,
                  std::int64_t in_stride) {
  if (out_stride == 1 && in_stride == 0) {
    const T value = *in;
    for (std::int64_t i = 0; i < cols; ++i) out[i] = value;
  } else {
    for (std::int64_t i = 0; i < cols; ++i) out[i * out_stride] = in[i * in_stride];
  }
}

// in is contiguous along rows, out along cols: both caches see short strides within a block.
template <class T>
void transpose(std::int64_t rows, std::int64_t cols, T* out, std::int64_t out_row, const T* in,
               std::int64_t in_col) {
  for (std::int64_t r0 = 0; r0 < rows; r0 += kBlock) {
    const std::int64_t r1 = std::min(rows, r0 + kBlock);
    for (std::int64_t c0 = 0; c0 < cols; c0 += kBlock) {
      const std::int64_t c1 = std::min(cols, c0 + kBlock);
      for (std::int64_t r = r0; r < r1; ++r)
        for (std::int64_t c = c0; c < c1; ++c) out[r * out_row + c] = in[r + c * in_col];
    }
  }
}

// `rows` planes become the channels of pixels that lie side by side.
template <int rows, class T>
void interleave(std::int64_t cols, T* out, const T* in, std::int64_t in_row) {
  for (std::int64_t c = 0; c < cols; ++c)
    for (int r = 0; r < rows; ++r) out[c * rows + r] = in[r * in_row + c];
}

template <class T>
void copy_typed(std::int64_t rows, std::int64_t cols, T* out, Strides2 o, const T* in, Strides2 i) {
  if (o.col == 1 && i.col == 1) {
    for (std::int64_t r = 0; r < rows; ++r)
      std::memcpy(out + r * o.row, in + r * i.row, std::size_t(cols) * sizeof(T));
  } else if (o.col == 1 && i.row == 1 && rows > 1) {
    transpose(rows, cols, out, o.row, in, i.col);
  } else if (o.row == 1 && o.col == 3 && i.col == 1 && rows == 3) {
    interleave<3>(cols, out, in, i.row);
  } else {
    for (std::int64_t r = 0; r < rows; ++r)
      copy_strided(cols, out + r * o.row, o.col, in + r * i.row, i.col);
  }
}

template <class T>
void copy_as(std::int64_t rows, std::int64_t cols, std::byte* out, Strides2 o, const std::byte* in,
             Strides2 i) {
  copy_typed(rows, cols, reinterpret_cast<T*>(out), o, reinterpret_cast<const T*>(in), i);
}

// A transposition wants the input's contiguous axis beside the output's.
void bring_input_axis_forward(Loops& loops) {
  if (loops.rank < 3 || loops.col_stride(1) == 1 || loops.row_stride(1) == 1) return;
  for (int axis = loops.rank - 3; axis >= 0; --axis) {
    if (loops.stride[1][axis] != 1) continue;
    for (; axis < loops.rank - 2; ++axis) {
      std::swap(loops.extent[axis], loops.extent[axis + 1]);
      for (int o = 0; o < 2; ++o) std::swap(loops.stride[o][axis], loops.stride[o][axis + 1]);
    }
    return;
  }
}

}  // namespace

void copy_block(std::size_t size, std::int64_t rows, std::int64_t cols, std::byte* out, Strides2 o,
                const std::byte* in, Strides2 i) {
  if (rows <= 0 || cols <= 0) return;
  switch (size) {
    case 1:
      return copy_as<std::uint8_t>(rows, cols, out, o, in, i);
    case 2:
      return copy_as<std::uint16_t>(rows, cols, out, o, in, i);
    case 4:
      return copy_as<std::uint32_t>(rows, cols, out, o, in, i);
    case 8:
      return copy_as<std::uint64_t>(rows, cols, out, o, in, i);
    default:
      DLIS_ASSERT(!"an element has 1, 2, 4 or 8 bytes");
  }
}

CopyPart copy_part(const OpProblem& problem, Loops loops) {
  CopyPart part;
  bring_input_axis_forward(loops);
  part.loops = loops;
  part.tiling = make_tiling(loops, problem.workers, kTileElements);
  part.element_bytes = size_of(problem.outputs[0].type);
  return part;
}

CopyPart copy_part(const OpProblem& problem, const Shape& shape, const Shape& out_strides,
                   const Shape& in_strides) {
  const Shape strides[] = {out_strides, in_strides};
  return copy_part(problem, make_loops(shape, strides));
}

std::int64_t count_tiles(std::span<const CopyPart> parts) {
  std::int64_t total = 0;
  for (const CopyPart& part : parts) total += part.tiling.count();
  return total;
}

Blob pack_copies(std::span<const CopyPart> parts) {
  Blob blob;
  blob.add(std::int64_t(parts.size()));
  std::vector<CopyPart> numbered(parts.begin(), parts.end());
  std::int64_t begin = 0;
  for (CopyPart& part : numbered) {
    part.tile_begin = begin;
    begin += part.tiling.count();
  }
  blob.add(std::span<const CopyPart>(numbered));
  return blob;
}

namespace {

void run_tile(const CopyPart& part, const std::byte* in, std::byte* out, std::int64_t tile) {
  const Loops& loops = part.loops;
  const auto size = std::int64_t(part.element_bytes);
  out += part.out_origin * size;
  in += part.in_origin * size;
  for_tile(loops, part.tiling, tile,
           [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
             copy_block(part.element_bytes, rows, cols, out + at[0] * size,
                        {loops.row_stride(0), loops.col_stride(0)}, in + at[1] * size,
                        {loops.row_stride(1), loops.col_stride(1)});
           });
}

}  // namespace

void run_copies(const OpProblem& problem, const Call& call, Range range) {
  const std::int64_t count = *part<std::int64_t>(call.packed);
  const CopyPart* const parts = part<CopyPart>(call.packed, 64);
  for (std::int64_t p = 0; p < count; ++p) {
    const CopyPart& part = parts[p];
    const std::int64_t begin = std::max(range.begin - part.tile_begin, std::int64_t(0));
    const std::int64_t end = std::min(range.end - part.tile_begin, part.tiling.count());
    if (begin >= end) continue;
    const std::byte* in = input(problem, call, std::size_t(part.input)).data;
    std::byte* out = call.outputs[std::size_t(part.output)].data;
    for (std::int64_t tile = begin; tile < end; ++tile) run_tile(part, in, out, tile);
  }
}

}  // namespace dlis::nn
