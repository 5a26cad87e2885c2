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
// begin, the places of their channels (channel * place_step) and `height` values each.
class WinogradSparse {
 public:
  WinogradSparse(const ConvProblem& problem, int m, int height, const std::byte* packed = nullptr);

  const float* bias() const { return reinterpret_cast<const float*>(packed_); }
  const float* zeros() const { return bias() + biases_; }
  // Of a frequency: rows() + 1 of them, the last of which begins the next frequency's.
  const std::uint32_t* starts(std::int64_t frequency) const {
    return reinterpret_cast<const std::uint32_t*>(zeros() + pixel_) + frequency * rows_;
  }
  const std::uint16_t* places() const;
  const float* values() const;

  // `weights` are in any format, filters or in the Winograd domain; zeros stay exactly zero.
  std::size_t packed_bytes(const Encoded& weights) const;
  void pack(const Encoded& weights, const float* bias, std::int64_t place_step,
            std::byte* packed) const;

 private:
  struct Entries;
  Entries entries_of(const Encoded& weights) const;
  std::size_t places_at() const;
  std::size_t values_at(std::size_t entries) const;

  const WinogradMatrices& matrices_;
  std::int64_t height_, filters_, channels_, rows_, biases_, pixel_;
  bool in_domain_;
  const std::byte* packed_;
};

}  // namespace dlis
