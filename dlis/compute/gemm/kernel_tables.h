// The kernels of one kind by rows and panels, and how weights of 2 bits become bytes. For .simd.cpp
// files only.
#pragma once
#include "dlis/compute/gemm/kernels.h"
#include "dlis/compute/gemm/micro_kernel.h"

namespace dlis::DLIS_SIMD {

namespace {

// A byte of codes becomes the four bytes of a lane: shifts bring each code to its byte, where a
// mask picks the column's value. Compilers make vectors of it.
template <int lanes>
void widen_bytes(const std::uint8_t* codes, std::int64_t words, const std::uint32_t* plus,
                 const std::uint32_t* minus, std::uint32_t* to) {
  for (; words > 0; --words, codes += lanes, to += lanes)
    for (int i = 0; i < lanes; ++i) {
      const std::uint32_t code = codes[i];
      const std::uint32_t each = code | code << 6 | code << 12 | code << 18;
      const std::uint32_t low = each & 0x01010101, high = each >> 1 & 0x01010101;
      to[i] = ((low & ~high) * 255 & plus[i]) | (high * 255 & minus[i]);
    }
}

[[maybe_unused]] void widen_int8(const std::uint8_t* codes, std::int64_t words, int columns,
                                 const float* plus, const float* minus, std::byte* to) {
  constexpr int word = KindInt8::kWord;
  std::uint32_t p[2 * kLanes * word / 4] = {}, n[2 * kLanes * word / 4] = {};
  for (int i = 0; i < columns * word; ++i) {
    p[i / 4] |= std::uint32_t(std::uint8_t(std::int8_t(plus[i / word]))) << 8 * (i % 4);
    n[i / 4] |= std::uint32_t(std::uint8_t(std::int8_t(-minus[i / word]))) << 8 * (i % 4);
  }
  constexpr int lanes = kLanes * word / 4;
  const auto run = columns > kLanes ? widen_bytes<2 * lanes> : widen_bytes<lanes>;
  run(codes, words, p, n, reinterpret_cast<std::uint32_t*>(to));
}

template <class K>
constexpr int kMostRows = K::kReads == Reads::words ? kRows : kQuadRows;

// Where size counts (DLIS_SMALL), kernels of some numbers of rows are two of fewer rows, one after
// the other, which read the weights twice: at most an eighth more instructions. Wide panels of f32
// by f32 keep all of theirs, and every kind its largest.
template <class K, int rows, int vectors>
constexpr bool is_whole() {
#if defined(DLIS_SMALL)
  if constexpr (!std::is_same_v<K, KindF32> || vectors == 1)
    return rows <= 4 || rows == 8 || rows == kMostRows<K> || (rows == 7 && vectors > 1);
#endif
  return true;
}

template <class K, int rows, int vectors>
void gemm_parts(const GemmTile& whole);

template <class K, int rows, int vectors>
constexpr GemmKernels::Kernel kernel_of() {
  if constexpr (is_whole<K, rows, vectors>())
    return gemm<K, rows, vectors>;
  else
    return gemm_parts<K, rows, vectors>;
}

// One half of a tile's rows, as a tile.
template <int rows>
GemmTile part_of(const GemmTile& whole, bool second) {
  constexpr int half = (rows + 1) / 2;
  GemmTile t = whole;
  if (second) t.a0 = whole.a1, t.y0 = whole.y1, t.r0 = whole.r1;
  t.a1 = t.a0 + half * t.a_step;
  t.y1 = t.y0 + half * t.y_step;
  if (t.r0) t.r1 = t.r0 + half * t.r_step;
  return t;
}

template <class K, int rows, int vectors>
void gemm_parts(const GemmTile& whole) {
  constexpr int half = (rows + 1) / 2;
  kernel_of<K, half, vectors>()(part_of<half>(whole, false));
  GemmTile t = part_of<rows - half>(whole, true);
  if (t.partial) t.partial += half * vectors * kLanes * 4;
  kernel_of<K, rows - half, vectors>()(t);
}

// A kernel of `rows` rows, or none where the ISA has too few registers.
template <class K, int most, int rows, int vectors>
constexpr GemmKernels::Kernel kernel() {
  if constexpr (rows >= 1 && rows <= most) return kernel_of<K, rows, vectors>();
  return nullptr;
}

template <class K, int most>
constexpr GemmKernels::OfKind kind() {
#define WIDE(i) kernel<K, most, i + 1, kVectors>(),
#define NARROW(i) kernel<K, most, i + 1, 1>(),
  return {most, {{nullptr, DLIS_ROWS(NARROW)}, {nullptr, DLIS_ROWS(WIDE)}}};
}

}  // namespace

}  // namespace dlis::DLIS_SIMD
