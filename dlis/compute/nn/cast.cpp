// Cast: the same values in another element type; towards zero and saturating where the type is
// whole.
#include <cmath>
#include <limits>

#include "dlis/compute/nn/convert_kernels.h"
#include "dlis/compute/nn/copy.h"
#include "dlis/compute/nn/operators.h"
#include "dlis/format/half.h"

namespace dlis::nn {
namespace {

constexpr std::int64_t kChunk = 256;
constexpr std::int64_t kOnnxBool = 9;  // attribute `to`: u8 with 0 and 1

std::vector<CopyPart> parts(const OpProblem& problem) {
  const TensorDesc in = input_desc(problem, 0);
  return {copy_part(problem, in.shape, problem.outputs[0].strides, in.strides)};
}

// Elements of any type pass through double, or through i64 where both sides are whole.
struct Wide {
  double real[kChunk];
  std::int64_t whole[kChunk];
};

template <class T>
T saturated(std::int64_t x) {
  return T(
      std::clamp<std::int64_t>(x, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

std::int64_t truncated(double x) {
  if (std::isnan(x)) return 0;
  if (x >= 9223372036854775808.0) return std::numeric_limits<std::int64_t>::max();
  if (x < -9223372036854775808.0) return std::numeric_limits<std::int64_t>::min();
  return std::int64_t(x);
}

template <class T>
void read_whole(std::int64_t n, const std::byte* in, std::int64_t stride, Wide& wide) {
  for (std::int64_t i = 0; i < n; ++i)
    wide.real[i] = double(wide.whole[i] = reinterpret_cast<const T*>(in)[i * stride]);
}

template <class T, class F>
void read_real(std::int64_t n, const std::byte* in, std::int64_t stride, Wide& wide, F f) {
  for (std::int64_t i = 0; i < n; ++i) {
    wide.real[i] = double(f(reinterpret_cast<const T*>(in)[i * stride]));
    wide.whole[i] = truncated(wide.real[i]);
  }
}

void read(DType type, std::int64_t n, const std::byte* in, std::int64_t stride, Wide& wide) {
  switch (type) {
    case DType::f32:
      return read_real<float>(n, in, stride, wide, [](float x) { return x; });
    case DType::f16:
      return read_real<std::uint16_t>(n, in, stride, wide, from_f16);
    case DType::bf16:
      return read_real<std::uint16_t>(n, in, stride, wide, from_bf16);
    case DType::i8:
      return read_whole<std::int8_t>(n, in, stride, wide);
    case DType::u8:
      return read_whole<std::uint8_t>(n, in, stride, wide);
    case DType::i32:
      return read_whole<std::int32_t>(n, in, stride, wide);
    case DType::i64:
      return read_whole<std::int64_t>(n, in, stride, wide);
  }
}

template <class T, class F>
void write(std::int64_t n, std::byte* out, std::int64_t stride, F f) {
  for (std::int64_t i = 0; i < n; ++i) reinterpret_cast<T*>(out)[i * stride] = f(i);
}

void write(DType type, bool is_bool, std::int64_t n, const Wide& wide, std::byte* out,
           std::int64_t stride) {
  const auto real = [&](std::int64_t i) { return float(wide.real[i]); };
  if (is_bool)
    return write<std::uint8_t>(n, out, stride,
                               [&](auto i) { return std::uint8_t(wide.real[i] != 0); });
  switch (type) {
    case DType::f32:
      return write<float>(n, out, stride, real);
    case DType::f16:
      return write<std::uint16_t>(n, out, stride, [&](auto i) { return to_f16(real(i)); });
    case DType::bf16:
      return write<std::uint16_t>(n, out, stride, [&](auto i) { return to_bf16(real(i)); });
    case DType::i8:
      return write<std::int8_t>(n, out, stride,
                                [&](auto i) { return saturated<std::int8_t>(wide.whole[i]); });
    case DType::u8:
      return write<std::uint8_t>(n, out, stride,
                                 [&](auto i) { return saturated<std::uint8_t>(wide.whole[i]); });
    case DType::i32:
      return write<std::int32_t>(n, out, stride,
                                 [&](auto i) { return saturated<std::int32_t>(wide.whole[i]); });
    case DType::i64:
      return write<std::int64_t>(n, out, stride, [&](auto i) { return wide.whole[i]; });
  }
}

// Between f32 and 16 bits, for elements side by side; null for other types.
ConvertKernel straight_kernel(const OpProblem& problem) {
  const ConvertKernels& kernels = convert_kernels_for(problem.isa);
  const DType from = problem.inputs[0].type, to = problem.outputs[0].type;
  if (from == DType::f32 && is_half(to))
    return to == DType::f16 ? kernels.round_f16 : kernels.round_bf16;
  if (to != DType::f32 || !is_half(from)) return nullptr;
  return from == DType::f16 ? kernels.read_f16 : kernels.read_bf16;
}

Verdict accepts(const OpProblem& problem) { return needs_inputs(problem, 1, 1); }

void run(const OpProblem& problem, const Call& call, int, Range range, Worker) {
  const CopyPart& copy = *part<CopyPart>(call.packed, 64);
  const DType from = problem.inputs[0].type, to = problem.outputs[0].type;
  const bool is_bool = problem.attributes.integer("to") == kOnnxBool;
  const auto from_size = std::int64_t(size_of(from)), to_size = std::int64_t(size_of(to));
  const std::byte* const in = input(problem, call, 0).data;
  std::byte* const out = call.outputs[0].data;
  const Loops& loops = copy.loops;
  const ConvertKernel straight = straight_kernel(problem);
  Wide wide;
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    for_tile(
        loops, copy.tiling, tile,
        [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
          for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t c = 0; c < cols; c += kChunk) {
              const std::int64_t n = std::min(kChunk, cols - c);
              const std::int64_t source = at[1] + r * loops.row_stride(1) + c * loops.col_stride(1);
              const std::int64_t target = at[0] + r * loops.row_stride(0) + c * loops.col_stride(0);
              if (straight && loops.col_stride(0) == 1 && loops.col_stride(1) == 1) {
                straight({n, in + source * from_size, out + target * to_size});
                continue;
              }
              read(from, n, in + source * from_size, loops.col_stride(1), wide);
              write(to, is_bool, n, wide, out + target * to_size, loops.col_stride(0));
            }
        });
}

}  // namespace

constinit const OpRow cast_row = {.name = "Cast",
                                  .summary = "the same values in another element type",
                                  .tolerance = {0},
                                  .accepts = accepts,
                                  .packed_bytes = packed_bytes<build_copies<parts>>,
                                  .pack = pack<build_copies<parts>>,
                                  .scratch_bytes = no_scratch,
                                  .phases = one_phase,
                                  .tiles = copy_tiles<parts>,
                                  .run = run};

}  // namespace dlis::nn
