// Products by the blocks of 16 filters that are not zero, for the rows winograd_bsr_f2 and
// winograd_bsr_f4.
//
// One sparse product a frequency over a block of tiles that stays in the cache: a block of U is 16
// filters that one channel meets at one frequency, a step of the sum that finds its channel by the
// place that stands beside it.
#pragma once
#include "dlis/compute/winograd/cut.h"
#include "dlis/compute/winograd/kernels.h"
#include "dlis/compute/winograd/sparse_packing.h"

namespace dlis {

class WinogradBsr {
 public:
  static constexpr bool kPortable = false;  // as of a row
  WinogradBsr(const ConvProblem& problem, const WinogradCut& cut, const std::byte* packed,
              std::byte*)
      : cut_(cut),
        weights_(problem, cut.m, kWinogradBlock, packed),
        kernels_(winograd_products_for(problem.isa)) {}

  // Panels are cheap beside the V that they read, so workers share no V where blocks are enough.
  static WinogradGrain grain(const ConvProblem&) { return {kWinogradBlock, 1}; }
  static std::size_t own_bytes(const ConvProblem&, const WinogradCut&) { return 0; }
  // Of filters whose zeros are those of whole 3x3 filters, which their transforms keep.
  static double kept(const ConvProblem& problem) { return problem.density; }
  // Refused: other formats, places that do not fit (sparse_packing.h).
  static Verdict accepts(const ConvProblem& problem, int m);
  static std::size_t packed_bytes(const ConvProblem& problem, int m, const Encoded* weights);
  static void pack(const ConvProblem& problem, int m, const Encoded* weights, const float* bias,
                   std::byte* packed);

  const float* bias() const { return weights_.bias(); }
  const float* zeros() const { return weights_.zeros(); }
  void multiply(const float* v, std::int64_t tiles, WinogradRange chunk, float* y) const;

 private:
  const WinogradCut& cut_;
  const WinogradSparse weights_;
  const WinogradProducts& kernels_;
};

}  // namespace dlis
