// How the non-zeros of transformed weights lie in memory for the products.
#pragma once
#include <vector>

#include "dlis/base/winograd.h"
#include "dlis/compute/gemm/packing.h"
#include "dlis/compute/problem.h"
#include "dlis/compute/winograd/kernels.h"

namespace dlis {

inline constexpr int kWinogradBlock = kWinogradBlockColumns;  // filters of a panel

// Packed: the biases of whole panels (0 where there is none), zeros of a whole pixel, then of each
// frequency, rows of `height` filters and of each row the entries that are not zero: where they
// begin (u32), the places of their channels (u16, channel * place_step) and `height` values each.
class WinogradSparse {
 public:
  // `packed` is what pack wrote; null: only to pack.
  WinogradSparse(const ConvProblem& problem, int m, int height, const std::byte* packed = nullptr);

  // Refused: places or entries that do not fit into their integers.
  static Verdict accepts(const ConvProblem& problem, int m, int height, std::int64_t place_step);

  const float* bias() const { return reinterpret_cast<const float*>(packed_); }
  const float* zeros() const { return bias() + biases_; }
  // Of a frequency: one for each row and one more, which begins the next frequency's.
  const std::uint32_t* starts(std::int64_t frequency) const {
    return reinterpret_cast<const std::uint32_t*>(zeros() + pixel_) + frequency * rows_;
  }
  const std::uint16_t* places() const;  // of all entries
  const float* values() const;          // `height` of each

  // `weights` are in any format, filters (K x C x 3 x 3, transformed in double and rounded once) or
  // in the Winograd domain (K x C x a x a), as the problem says; zeros stay exactly zero. `bias`
  // has K values or is null.
  std::size_t packed_bytes(const Encoded& weights) const;
  void pack(const Encoded& weights, const float* bias, std::int64_t place_step,
            std::byte* packed) const;

 private:
  struct Entries;
  Tensor in_domain(const Encoded& weights) const;
  Entries entries_of(const Encoded& weights) const;
  std::size_t places_at() const;
  std::size_t values_at(std::size_t entries) const;

  const WinogradMatrices& matrices_;
  std::int64_t height_, filters_, channels_, rows_, biases_, pixel_;
  bool in_domain_;  // the weights are already
  const std::byte* packed_;
};

}  // namespace dlis
