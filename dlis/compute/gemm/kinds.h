// What distinguishes the kinds of a matrix product, for the micro-kernels: operands, sums, and how
// these become outputs. For .simd.cpp files only.
#pragma once
#include "dlis/compute/gemm/kernels.h"
#include "dlis/compute/simd/quads.h"
#include "dlis/compute/simd/stored.h"

namespace dlis::DLIS_SIMD {

// How a kernel reads x: word by word; by quads of four words while there are so many (quads.h); two
// rows at once; or as cores like it that run instructions in their order (in_order_steps.h).
enum class Reads { words, quads, pairs, in_order };

// Sums in f32.
struct SumsF32 {
  using Sum = Vec;
  using Number = float;  // of a lane of it
  DLIS_INLINE Vec begin(const GemmTile&, int) { return zero(); }
  DLIS_INLINE Vec resume(const std::byte* p, int at) { return load(floats(p) + at); }
  DLIS_INLINE void keep(std::byte* p, int at, Vec x) { store(floats(p) + at, x); }
  DLIS_INLINE Vec value(const GemmTile& t, const float* sums, int column) {
    return load(sums) + load(t.bias + column);
  }
};

// The ends of the fast path: a clamp, whole vectors, y and residual of x's type. A tile has one or
// two vectors of columns, chosen by `v`.
struct EndsF32 {
  Vec low, high, bias0, bias1;
  DLIS_MEMBER EndsF32(const GemmTile& t, bool two)
      : low(splat(t.ends.low)), high(splat(t.ends.high)), bias0(load(t.bias)), bias1(bias0) {
    if (two) bias1 = load(t.bias + kLanes);
  }
  template <int v>
  DLIS_MEMBER Vec biased(Vec sum) const {
    return sum + (v == 0 ? bias0 : bias1);
  }
  DLIS_MEMBER Vec clamped(Vec x) const { return clamp(x, low, high); }
};

struct KindF32 : SumsF32 {
  using Stored = StoredF32;
  using Weight = float;
  using X = Vec;
  using W = Vec;
  static constexpr int kY = 4, kWord = 1;  // bytes of an output; weights of a word and column
  static constexpr int kStep = 4;          // bytes of a word of x
  DLIS_INLINE X word(const char* p) { return splat(*reinterpret_cast<const float*>(p)); }
  DLIS_INLINE W weights(const float* p) { return load(p); }
  DLIS_INLINE Vec dot(X x, W w, Vec sum) { return fma(x, w, sum); }
#if defined(DLIS_SIMD_neon) && defined(__aarch64__)
  static constexpr Reads kReads = Reads::quads;
  DLIS_INLINE QuadF32 quad(const char* p) { return load_quad_f32(p); }
#else
  static constexpr Reads kReads = Reads::words;
#endif
  struct Ends : EndsF32 {
    using EndsF32::EndsF32;
    template <int v>
    DLIS_MEMBER void finish(std::byte* y, Vec sum) const {
      store(floats(y) + v * kLanes, clamped(biased<v>(sum)));
    }
    template <int v>
    DLIS_MEMBER void finish_add(std::byte* y, const std::byte* r, Vec sum) const {
      store(floats(y) + v * kLanes, clamped(biased<v>(sum) + load(floats(r) + v * kLanes)));
    }
  };
};

struct KindF32InOrder : KindF32 {
  static constexpr Reads kReads = Reads::in_order;
};

struct KindF32Bf16 : KindF32 {
  using Weight = std::uint16_t;
  DLIS_INLINE W weights(const std::uint16_t* p) { return load_bf16(p); }
};

struct KindF32F16 : KindF32 {
  using Weight = std::uint16_t;
  DLIS_INLINE W weights(const std::uint16_t* p) { return load_f16(p); }
};

// Only the places where the weights are not 0.
struct KindF32Bsr : KindF32 {
  static constexpr Reads kReads = Reads::words;
};
struct KindF32BsrBf16 : KindF32Bf16 {
  static constexpr Reads kReads = Reads::words;
};

// Ends of sums that have a multiplier a column.
struct EndsScaled {
  Vec low, high, bias0, bias1, multiplier0, multiplier1;
  DLIS_MEMBER EndsScaled(const GemmTile& t, bool two)
      : low(splat(t.ends.low)),
        high(splat(t.ends.high)),
        bias0(load(t.bias)),
        bias1(bias0),
        multiplier0(load(t.multiplier)),
        multiplier1(multiplier0) {
    if (!two) return;
    bias1 = load(t.bias + kLanes);
    multiplier1 = load(t.multiplier + kLanes);
  }
  template <int v>
  DLIS_MEMBER Vec biased(Vec sum) const {
    return fma(sum, v == 0 ? multiplier0 : multiplier1, v == 0 ? bias0 : bias1);
  }
  DLIS_MEMBER Vec clamped(Vec x) const { return clamp(x, low, high); }
};

struct KindF32Int8 : KindF32 {
  using Weight = std::int8_t;
  DLIS_INLINE W weights(const std::int8_t* p) {
    return to_vec(load_signed_bytes(reinterpret_cast<const std::uint8_t*>(p)));
  }
  DLIS_INLINE Vec value(const GemmTile& t, const float* sums, int column) {
    return fma(load(sums), load(t.multiplier + column), load(t.bias + column));
  }
  struct Ends : EndsScaled {
    using EndsScaled::EndsScaled;
    template <int v>
    DLIS_MEMBER void finish(std::byte* y, Vec sum) const {
      store(floats(y) + v * kLanes, clamped(biased<v>(sum)));
    }
    template <int v>
    DLIS_MEMBER void finish_add(std::byte* y, const std::byte* r, Vec sum) const {
      store(floats(y) + v * kLanes, clamped(biased<v>(sum) + load(floats(r) + v * kLanes)));
    }
  };
};

struct KindF32BsrInt8 : KindF32Int8 {
  static constexpr Reads kReads = Reads::words;
};

#if defined(DLIS_SIMD_avx512)
struct ProductsBf16 : SumsF32 {
  using Weight = std::uint16_t;
  using X = Word;
  using W = Pairs;
  static constexpr int kWord = 2, kStep = 4;
  static constexpr Reads kReads = Reads::words;
  DLIS_INLINE X word(const char* p) { return load_word(p); }
  DLIS_INLINE W weights(const std::uint16_t* p) { return load_pairs(p); }
  DLIS_INLINE Vec dot(X x, W w, Vec sum) { return DLIS_SIMD::dot(x, w, sum); }
};
#elif defined(DLIS_SIMD_neon_i8mm)
struct ProductsBf16 : SumsF32 {
  using Weight = std::uint16_t;
  using X = bfloat16x8_t;
  using W = Pairs;
  static constexpr int kWord = 2, kStep = 4;
  static constexpr Reads kReads = Reads::quads;
  DLIS_INLINE X word(const char* p) { return load_pair(p); }
  DLIS_INLINE QuadBf16 quad(const char* p) { return load_quad_bf16(p); }
  DLIS_INLINE W weights(const std::uint16_t* p) { return load_pairs(p); }
  DLIS_INLINE Vec dot(X x, W w, Vec sum) { return DLIS_SIMD::dot(x, w, sum); }
};
#else
using ProductsBf16 = KindF32Bf16;
#endif

// Outputs and residuals in 16 bits.
template <class Products, class Half>
struct KindHalf : Products {
  using Stored = StoredHalf<Half>;
  static constexpr int kY = 2;
  struct Ends : EndsF32 {
    using EndsF32::EndsF32;
    template <int v>
    DLIS_MEMBER void finish(std::byte* y, Vec sum) const {
      Half::store(halves(y) + v * kLanes, this->clamped(this->template biased<v>(sum)));
    }
    template <int v>
    DLIS_MEMBER void finish_add(std::byte* y, const std::byte* r, Vec sum) const {
      const Vec residual = Half::load(halves(r) + v * kLanes);
      Half::store(halves(y) + v * kLanes, this->clamped(this->template biased<v>(sum) + residual));
    }
  };
};
struct KindBf16 : KindHalf<ProductsBf16, Bf16> {};
struct KindF16 : KindHalf<KindF32F16, F16> {};

struct KindInt8 {
  using Stored = StoredBytes;
  using Weight = std::int8_t;
  using Sum = Ints;
  using Number = std::int32_t;
  static constexpr int kY = 1;
  DLIS_INLINE Ints begin(const GemmTile& t, int at) { return load(t.start + at); }
  DLIS_INLINE Ints resume(const std::byte* p, int at) {
    return load(reinterpret_cast<const std::int32_t*>(p) + at);
  }
  DLIS_INLINE void keep(std::byte* p, int at, Ints x) {
    store(reinterpret_cast<std::int32_t*>(p) + at, x);
  }
#if defined(DLIS_SIMD_neon_i8mm)
  using W = Columns;
  static constexpr int kWord = 8, kStep = 8;
  static constexpr Reads kReads = Reads::pairs;
  DLIS_INLINE W weights(const std::int8_t* p) { return load_columns(p); }
#else
  using X = Word;
  using W = Factors;
#if defined(DLIS_SIMD_avx512) || defined(DLIS_SIMD_neon_dot)
  static constexpr int kWord = 4, kStep = 4;
#else
  static constexpr int kWord = 2, kStep = 4;
#endif
  DLIS_INLINE X word(const char* p) { return load_word(p); }
  DLIS_INLINE W weights(const std::int8_t* p) { return load_factors(p); }
  DLIS_INLINE Ints dot(X x, W w, Ints sum) { return DLIS_SIMD::dot(x, w, sum); }
#if defined(DLIS_SIMD_neon) && defined(__aarch64__)
  static constexpr Reads kReads = Reads::quads;
  DLIS_INLINE QuadBytes quad(const char* p) { return load_quad_bytes(p); }
#else
  static constexpr Reads kReads = Reads::words;
#endif
#endif

  struct Ends : EndsScaled {
    Vec add_zero, add_scale;
    Ints y_zero, add_flip;
    DLIS_MEMBER Ends(const GemmTile& t, bool two)
        : EndsScaled(t, two),
          add_zero(splat(float(t.ends.add_zero))),
          add_scale(splat(t.ends.add_scale)),
          y_zero(splat(t.ends.y_zero)),
          add_flip(splat(t.ends.add_flip)) {}
    template <int v>
    DLIS_MEMBER void put(std::byte* y, Vec x) const {
      store_bytes(octets(y) + v * kLanes, add(round(clamped(x)), y_zero));
    }
    template <int v>
    DLIS_MEMBER void finish(std::byte* y, Ints sum) const {
      put<v>(y, biased<v>(to_vec(sum)));
    }
    template <int v>
    DLIS_MEMBER void finish_add(std::byte* y, const std::byte* r, Ints sum) const {
      const Ints bytes = exclusive_or(load_bytes(octets(r) + v * kLanes), add_flip);
      put<v>(y, fma(to_vec(bytes) - add_zero, add_scale, biased<v>(to_vec(sum))));
    }
  };
  DLIS_INLINE Vec value(const GemmTile& t, const std::int32_t* sums, int column) {
    return fma(to_vec(load(sums)), load(t.multiplier + column), load(t.bias + column));
  }
};

}  // namespace dlis::DLIS_SIMD
