#include "dlis/compute/nn/whole.h"

#include <fmt/format.h>

#include <limits>

#include "dlis/compute/nn/convert_kernels.h"
#include "dlis/compute/nn/copy.h"

namespace dlis::nn {
namespace {

bool is_whole(DType type) { return is_byte(type) || type == DType::i32 || type == DType::i64; }

bool is_plain(const OpProblem& problem) {
  const auto plain = [](const TensorDesc& desc) { return desc.scale == Scale(); };
  return std::all_of(problem.inputs.begin(), problem.inputs.end(), plain) &&
         std::all_of(problem.outputs.begin(), problem.outputs.end(), plain);
}

// Wraps around as two's complement does; a division by zero gives 0.
template <class T>
T apply(Whole whole, T a, T b) {
  using Wide = std::make_unsigned_t<T>;
  switch (whole) {
    case Whole::add:
      return T(Wide(a) + Wide(b));
    case Whole::sub:
      return T(Wide(a) - Wide(b));
    case Whole::mul:
      return T(std::uint64_t(a) * std::uint64_t(b));
    case Whole::div:
      if (b == 0) return 0;
      return std::is_signed_v<T> && b == T(-1) ? T(Wide(0) - Wide(a)) : T(a / b);
    case Whole::max:
      return std::max(a, b);
    case Whole::min:
      return std::min(a, b);
    default:
      return a;
  }
}

template <class T>
T limited(T x, float low, float high) {
  const auto bound = [](float f) {  // towards the inside of what T holds
    if (!(f > float(std::numeric_limits<T>::lowest()))) return std::numeric_limits<T>::lowest();
    return f < float(std::numeric_limits<T>::max()) ? T(f) : std::numeric_limits<T>::max();
  };
  return std::min(std::max(x, bound(low)), bound(high));
}

template <class T>
void run_plain(const OpProblem& problem, const Call& call, Whole whole, const WholeTile& t) {
  const Loops& loops = t.loops;
  T* const out = call.outputs[0].as<T>();
  const auto element = [&](int o, std::int64_t r, std::int64_t c, const std::int64_t* at) {
    return at[o] + r * loops.row_stride(o) + c * loops.col_stride(o);
  };
  for_tile(
      loops, t.tiling, t.tile, [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
        for (std::int64_t r = 0; r < rows; ++r)
          for (std::int64_t c = 0; c < cols; ++c) {
            T x = input(problem, call, 0).as<T>()[element(1, r, c, at)];
            if (whole == Whole::clip) x = limited(x, t.low, t.high);
            for (int i = 1; i < int(problem.inputs.size()); ++i)
              x = apply(whole, x,
                        input(problem, call, std::size_t(i)).as<T>()[element(i + 1, r, c, at)]);
            out[element(0, r, c, at)] = x;
          }
      });
}

constexpr std::int64_t kChunk = 1024;

// Bytes that stand for reals, row by row through the kernel.
template <class T, class Kernel>
void run_sum(const OpProblem& problem, const Call& call, const WholeTile& t, Kernel kernel) {
  const Scale &a = problem.inputs[0].scale, &b = problem.inputs[1].scale,
              &y = problem.outputs[0].scale;
  const float a_scale = a.scale / y.scale, b_scale = b.scale / y.scale;
  const float rest = float(double(y.zero) - double(a_scale) * a.zero - double(b_scale) * b.zero);
  const Loops& loops = t.loops;
  alignas(64) std::byte buffers[3][kChunk + 64];
  const auto gathered = [&](int o, const T* from, std::int64_t n) {
    if (loops.col_stride(o) == 1) return from;
    copy_block(1, 1, n, buffers[o], {0, 1}, reinterpret_cast<const std::byte*>(from),
               {0, loops.col_stride(o)});
    return reinterpret_cast<const T*>(buffers[o]);
  };
  for_tile(
      loops, t.tiling, t.tile, [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
        for (std::int64_t r = 0; r < rows; ++r)
          for (std::int64_t c = 0; c < cols; c += kChunk) {
            const std::int64_t n = std::min(kChunk, cols - c);
            const auto offset = [&](int o) {
              return at[o] + r * loops.row_stride(o) + c * loops.col_stride(o);
            };
            T* const out = call.outputs[0].as<T>() + offset(0);
            const bool direct = loops.col_stride(0) == 1;
            T* const to = direct ? out : reinterpret_cast<T*>(buffers[0]);
            kernel(n, gathered(1, call.inputs[0].as<T>() + offset(1), n),
                   gathered(2, call.inputs[1].as<T>() + offset(2), n), to, a_scale, b_scale, rest);
            if (!direct)
              copy_block(1, 1, n, reinterpret_cast<std::byte*>(out), {0, loops.col_stride(0)},
                         buffers[0], {0, 1});
          }
      });
}

}  // namespace

Verdict whole_accepts(const OpProblem& problem, Whole whole) {
  const DType type = problem.outputs[0].type;
  const auto other = [&](const TensorDesc& desc) { return desc.type != type; };
  if (whole == Whole::none || !is_whole(type))
    return refuse(fmt::format("computes no {}", name_of(type)));
  if (std::any_of(problem.inputs.begin(), problem.inputs.end(), other))
    return refuse("its values have different types");
  if (is_plain(problem)) return accept();
  const bool sums = whole == Whole::add && problem.inputs.size() == 2 && is_byte(type);
  const bool constants = is_constant(problem, 0) || is_constant(problem, 1);
  return sums && !constants ? accept() : refuse("computes no integers that stand for reals");
}

void run_whole(const OpProblem& problem, const Call& call, Whole whole, const WholeTile& tile) {
  const ConvertKernels& kernels = convert_kernels_for(problem.isa);
  const bool plain = is_plain(problem);
  switch (problem.outputs[0].type) {
    case DType::u8:
      return plain ? run_plain<std::uint8_t>(problem, call, whole, tile)
                   : run_sum<std::uint8_t>(problem, call, tile, kernels.add_u8);
    case DType::i8:
      return plain ? run_plain<std::int8_t>(problem, call, whole, tile)
                   : run_sum<std::int8_t>(problem, call, tile, kernels.add_i8);
    case DType::i32:
      return run_plain<std::int32_t>(problem, call, whole, tile);
    default:
      return run_plain<std::int64_t>(problem, call, whole, tile);
  }
}

}  // namespace dlis::nn
