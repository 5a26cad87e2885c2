// Products by single weights that are not zero, for the rows winograd_sparse_f2 and
// winograd_sparse_f4.
//
// One sparse product a frequency over a block of tiles that stays in the cache. V's rows of
// channels become planes of tiles first, so that a weight meets whole vectors of them; the kernels
// are those of sparse_direct, for which a tile is a pixel.
#pragma once
#include "dlis/compute/conv/sparse_direct.h"
#include "dlis/compute/winograd/cut.h"
#include "dlis/compute/winograd/sparse_packing.h"

namespace dlis {

class WinogradCsr {
 public:
  static constexpr bool kPortable = false;  // as of a row
  WinogradCsr(const ConvProblem& problem, const WinogradCut& cut, const std::byte* packed,
              std::byte* own);

  // A weight should meet several vectors of tiles; only one frequency of V is read at a time.
  static WinogradGrain grain(const ConvProblem& problem);
  static std::size_t own_bytes(const ConvProblem& problem, const WinogradCut& cut);
  static double kept(const ConvProblem& problem) { return problem.density; }
  // Refused: other formats, filters, places that do not fit (sparse_packing.h).
  static Verdict accepts(const ConvProblem& problem, int m);
  static std::size_t packed_bytes(const ConvProblem& problem, int m, const Encoded* weights);
  static void pack(const ConvProblem& problem, int m, const Encoded* weights, const float* bias,
                   std::byte* packed);

  const float* bias() const { return weights_.bias(); }
  const float* zeros() const { return weights_.zeros(); }
  void multiply(const float* v, std::int64_t tiles, WinogradRange chunk, float* y) const;

 private:
  void gather(const float* v, std::int64_t tiles) const;
  void sum(std::int64_t frequency, std::int64_t panel, std::int64_t tiles, float* y) const;

  std::int64_t filters_, channels_, pitch_;  // pitch: tiles of a plane
  const WinogradCut& cut_;
  const WinogradSparse weights_;
  const SparseKernels& kernels_;
  float *planes_, *sums_;
};

}  // namespace dlis
