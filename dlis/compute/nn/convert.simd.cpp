// Plain loops that compilers vectorise. No conversion multiplies and adds, so all ISAs give the
// same bits; the sums of bytes may differ by what a fused multiply-add rounds less.
#include "dlis/compute/nn/convert_kernels.h"
#include "dlis/compute/simd/f16.h"
#include "dlis/compute/simd/ints.h"
#include "dlis/compute/simd/rounding.h"

namespace dlis::DLIS_SIMD {
namespace {

template <class T>
DLIS_INLINE void read(const ConvertRun& run) {
  const T* in = static_cast<const T*>(run.in);
  float* out = static_cast<float*>(run.out);
  if (run.step == 0) {
    const float scale = *run.scale;
    const auto zero = static_cast<std::int32_t>(*run.zero);
    for (std::int64_t i = 0; i < run.count; ++i)
      out[i] = static_cast<float>(static_cast<std::int32_t>(in[i]) - zero) * scale;
  } else {
    for (std::int64_t i = 0; i < run.count; ++i)
      out[i] = static_cast<float>(static_cast<std::int32_t>(in[i]) -
                                  static_cast<std::int32_t>(run.zero[i])) *
               run.scale[i];
  }
}

// A byte may alias anything: the run lives in copies, so that its fields stay what they are.
template <class T>
DLIS_INLINE void round_to(const ConvertRun run) {
  const float* __restrict in = static_cast<const float*>(run.in);
  T* __restrict out = static_cast<T*>(run.out);
  const float* __restrict scales = run.scale, * __restrict zeros = run.zero;
  if (run.step == 0) {
    const float scale = *scales, zero = *zeros;
    for (std::int64_t i = 0; i < run.count; ++i) out[i] = byte_of<T>(in[i] / scale, zero);
  } else {
    for (std::int64_t i = 0; i < run.count; ++i) out[i] = byte_of<T>(in[i] / scales[i], zeros[i]);
  }
}

void read_u8(const ConvertRun& run) { read<std::uint8_t>(run); }
void read_i8(const ConvertRun& run) { read<std::int8_t>(run); }
void read_i32(const ConvertRun& run) { read<std::int32_t>(run); }
void read_bf16(const ConvertRun& run) {
  const auto* in = static_cast<const std::uint16_t*>(run.in);
  auto* out = static_cast<std::uint32_t*>(run.out);
  for (std::int64_t i = 0; i < run.count; ++i) out[i] = static_cast<std::uint32_t>(in[i]) << 16;
}
void read_f16(const ConvertRun& run) {
  const auto* in = static_cast<const std::uint16_t*>(run.in);
  auto* out = static_cast<float*>(run.out);
  std::int64_t i = 0;
  for (; i + kLanes <= run.count; i += kLanes) store(out + i, load_f16(in + i));
  if (i < run.count) store(out + i, load_f16(in + i), static_cast<int>(run.count - i));
}
void round_u8(const ConvertRun& run) { round_to<std::uint8_t>(run); }
void round_i8(const ConvertRun& run) { round_to<std::int8_t>(run); }
void round_bf16(const ConvertRun& run) {
  const auto* in = static_cast<const std::uint32_t*>(run.in);
  auto* out = static_cast<std::uint16_t*>(run.out);
  for (std::int64_t i = 0; i < run.count; ++i) {
    const std::uint32_t bits = in[i], rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    const bool is_nan = (bits & 0x7fffffff) > 0x7f800000;
    out[i] = static_cast<std::uint16_t>(is_nan ? bits >> 16 | 0x40 : rounded);
  }
}
void round_f16(const ConvertRun& run) {
  const auto* in = static_cast<const float*>(run.in);
  auto* out = static_cast<std::uint16_t*>(run.out);
  std::int64_t i = 0;
  for (; i + kLanes <= run.count; i += kLanes) store_f16(out + i, load(in + i));
  if (i >= run.count) return;
  const auto rest = static_cast<int>(run.count - i);
  store_f16(out + i, load(in + i, rest), rest);
}

template <class T>
DLIS_INLINE Vec load_stored(const T* p) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(p);
  return to_vec(static_cast<T>(-1) < 0 ? load_signed_bytes(bytes) : load_bytes(bytes));
}

// The sum rounds more than once, which moves it by less than 1e-4 units. Whole vectors first, where
// the ISA has the conversions: as a plain loop it took twice as long.
template <class T>
DLIS_INLINE void add(std::int64_t count, const T* a, const T* b, T* out, float a_scale,
                     float b_scale, float rest, float lowest) {
  std::int64_t i = 0;
  if constexpr (kLanes >= 8) {
    const Vec scale = splat(a_scale), other = splat(b_scale), begin = splat(rest);
    const Vec low = splat(lowest), high = splat(lowest + 255);
    for (; i + kLanes <= count; i += kLanes) {
      const Vec x = fma(load_stored(a + i), scale, begin);
      const Vec y = fma(load_stored(b + i), other, x);
      store_bytes(reinterpret_cast<std::uint8_t*>(out + i), round(clamp(y, low, high)));
    }
  }
  for (; i < count; ++i) {
    const float x = static_cast<float>(static_cast<std::int32_t>(a[i])) * a_scale + rest;
    const float y = static_cast<float>(static_cast<std::int32_t>(b[i])) * b_scale + x;
    out[i] = static_cast<T>(static_cast<std::int32_t>(nearest(limited(y, lowest, lowest + 255))));
  }
}
void add_u8(std::int64_t count, const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out,
            float a_scale, float b_scale, float rest) {
  add(count, a, b, out, a_scale, b_scale, rest, 0.0f);
}
void add_i8(std::int64_t count, const std::int8_t* a, const std::int8_t* b, std::int8_t* out,
            float a_scale, float b_scale, float rest) {
  add(count, a, b, out, a_scale, b_scale, rest, -128.0f);
}

// Bytes that are cut off, or looked up by their bits.
template <class T>
DLIS_INLINE void clamp(std::int64_t count, const T* in, T* out, T low, T high) {
  for (std::int64_t i = 0; i < count; ++i) {
    const T x = in[i] > low ? in[i] : low;
    out[i] = x < high ? x : high;
  }
}
void clamp_u8(std::int64_t count, const std::uint8_t* in, std::uint8_t* out, std::uint8_t low,
              std::uint8_t high) {
  clamp(count, in, out, low, high);
}
void clamp_i8(std::int64_t count, const std::int8_t* in, std::int8_t* out, std::int8_t low,
              std::int8_t high) {
  clamp(count, in, out, low, high);
}

}  // namespace

extern const ConvertKernels convert_kernels;
const ConvertKernels convert_kernels = {.read_u8 = read_u8,
                                        .read_i8 = read_i8,
                                        .read_i32 = read_i32,
                                        .read_bf16 = read_bf16,
                                        .read_f16 = read_f16,
                                        .round_u8 = round_u8,
                                        .round_i8 = round_i8,
                                        .round_bf16 = round_bf16,
                                        .round_f16 = round_f16,
                                        .add_u8 = add_u8,
                                        .add_i8 = add_i8,
                                        .clamp_u8 = clamp_u8,
                                        .clamp_i8 = clamp_i8};

}  // namespace dlis::DLIS_SIMD
