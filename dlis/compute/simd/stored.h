// Elements of narrow types as they are stored, to and from Vec: residuals in, outputs out. For
// .simd.cpp files only.
#pragma once
#include "dlis/compute/kernel_ends.h"
#include "dlis/compute/simd/activate.h"
#include "dlis/compute/simd/f16.h"
#include "dlis/compute/simd/ints.h"

namespace dlis::DLIS_SIMD {

DLIS_INLINE float* floats(std::byte* p) { return reinterpret_cast<float*>(p); }
DLIS_INLINE const float* floats(const std::byte* p) { return reinterpret_cast<const float*>(p); }
DLIS_INLINE std::uint16_t* halves(std::byte* p) { return reinterpret_cast<std::uint16_t*>(p); }
DLIS_INLINE const std::uint16_t* halves(const std::byte* p) {
  return reinterpret_cast<const std::uint16_t*>(p);
}
DLIS_INLINE std::uint8_t* octets(std::byte* p) { return reinterpret_cast<std::uint8_t*>(p); }
DLIS_INLINE const std::uint8_t* octets(const std::byte* p) {
  return reinterpret_cast<const std::uint8_t*>(p);
}

// The activation, whatever it is.
DLIS_INLINE Vec activate(const KernelEnds& ends, Vec x) {
  const Vec low = splat(ends.low), high = splat(ends.high);
  return ends.clamped ? clamp(x, low, high) : activate(x, ends.activation, low, high);
}

// Each type: the residual at r[at ...] in the units of KernelEnds, and `put`, which stores `count`
// finished values at y[at ...]; both may be f32 instead.
struct StoredF32 {
  DLIS_INLINE Vec residual(const KernelEnds&, const std::byte* r, std::int64_t at, int count) {
    return load(floats(r) + at, count);
  }
  DLIS_INLINE void put(const KernelEnds&, std::byte* y, std::int64_t at, Vec x, int count) {
    store(floats(y) + at, x, count);
  }
};

// A type of 16 bits: between Vec and what is stored.
struct Bf16 {
  DLIS_INLINE Vec load(const std::uint16_t* p) { return load_bf16(p); }
  DLIS_INLINE void store(std::uint16_t* p, Vec x) { store_bf16(p, x); }
  DLIS_INLINE void store(std::uint16_t* p, Vec x, int count) { store_bf16(p, x, count); }
};
struct F16 {
  DLIS_INLINE Vec load(const std::uint16_t* p) { return load_f16(p); }
  DLIS_INLINE void store(std::uint16_t* p, Vec x) { store_f16(p, x); }
  DLIS_INLINE void store(std::uint16_t* p, Vec x, int count) { store_f16(p, x, count); }
};

template <class Half>
struct StoredHalf {
  DLIS_INLINE Vec residual(const KernelEnds& ends, const std::byte* r, std::int64_t at, int count) {
    return ends.add_f32 ? load(floats(r) + at, count) : Half::load(halves(r) + at);
  }
  DLIS_INLINE void put(const KernelEnds& ends, std::byte* y, std::int64_t at, Vec x, int count) {
    if (ends.y_f32)
      store(floats(y) + at, x, count);
    else if (count == kLanes)
      Half::store(halves(y) + at, x);
    else
      Half::store(halves(y) + at, x, count);
  }
};

struct StoredBytes {
  DLIS_INLINE Vec residual(const KernelEnds& ends, const std::byte* r, std::int64_t at, int count) {
    const Vec scale = splat(ends.add_scale);
    if (ends.add_f32) return load(floats(r) + at, count) * scale;
    const Ints bytes = exclusive_or(load_bytes(octets(r) + at), splat(ends.add_flip));
    return (to_vec(bytes) - splat(float(ends.add_zero))) * scale;
  }
  DLIS_INLINE void put(const KernelEnds& ends, std::byte* y, std::int64_t at, Vec x, int count) {
    if (ends.y_f32) return store(floats(y) + at, x, count);
    if (!ends.clamped || ends.add_f32) {
      x = x / splat(ends.rest);
      x = select(unordered(x, x), splat(float(-ends.y_zero)), x);  // NaN is stored as 0
      x = clamp(x, splat(ends.least), splat(ends.most));
    }
    const Ints whole = add(round(x), splat(ends.y_zero));
    if (count == kLanes)
      store_bytes(octets(y) + at, whole);
    else
      store_bytes(octets(y) + at, whole, count);
  }
};

}  // namespace dlis::DLIS_SIMD
