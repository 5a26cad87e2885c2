// Products by all weights of the Winograd domain, for the rows winograd_f2, winograd_f4 and
// winograd_f6.
#pragma once
#include "dlis/compute/winograd/cut.h"
#include "dlis/compute/winograd/kernels.h"
#include "dlis/compute/winograd/packing.h"

namespace dlis {

class WinogradDense {
 public:
  static constexpr bool kPortable = true;  // as of a row
  WinogradDense(const ConvProblem& problem, const WinogradCut& cut, const std::byte* packed,
                std::byte*)
      : channels_(problem.c),
        cut_(cut),
        panels_(problem, cut.m),
        packed_(packed),
        kernels_(winograd_products_for(problem.isa)) {}

  static WinogradGrain grain(const ConvProblem& p) { return {panel_sizes(p.isa).wide}; }
  static std::size_t own_bytes(const ConvProblem&, const WinogradCut&) { return 0; }
  static double kept(const ConvProblem&) { return 1; }  // share of the weights
  static Verdict accepts(const ConvProblem& problem, int m);
  static std::size_t packed_bytes(const ConvProblem& problem, int m, const Encoded*) {
    return WinogradPanels(problem, m).bytes();
  }
  static void pack(const ConvProblem& problem, int m, const Encoded* weights, const float* bias,
                   std::byte* packed);

  const float* bias() const { return panels_.bias(packed_); }
  const float* zeros() const { return panels_.zeros(packed_); }
  void multiply(const float* v, std::int64_t tiles, WinogradRange chunk, float* y) const;

 private:
  const float* panel_of(std::int64_t turn, WinogradRange chunk) const;
  void ask(WinogradProduct& t, const float* const* ahead, std::int64_t turn, std::int64_t j,
           std::int64_t count) const;

  std::int64_t channels_;
  const WinogradCut& cut_;
  const WinogradPanels panels_;
  const std::byte* packed_;
  const WinogradProducts& kernels_;
};

}  // namespace dlis
