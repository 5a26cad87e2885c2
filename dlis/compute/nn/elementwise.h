// The rows of all operators that compute every output element from the input elements at its place.
#pragma once
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/nn/elementwise_kernels.h"
#include "dlis/compute/nn/loops.h"

namespace dlis::nn {

struct ElementwiseSettings {
  float a = 0, b = 0;
};
using SettingsOf = ElementwiseSettings (*)(const OpProblem&);
inline ElementwiseSettings no_settings(const OpProblem&) { return {}; }

Blob build_elementwise(const OpProblem& problem, ElementwiseSettings settings);
std::int64_t elementwise_tiles(const OpProblem& problem, int);

// Runs tiles with a kernel of `arity` inputs; one of two folds any number of inputs from the left.
void run_elementwise(const OpProblem& problem, const Call& call, Range range,
                     ElementwiseKernel kernel, int arity);

// One block through `kernel`, whatever the strides: what is not contiguous passes through buffers,
// so the same instructions compute every element and the bits do not depend on the order of memory.
struct BlockOperand {
  const float* data;
  std::int64_t row, col;
};
void run_block(ElementwiseKernel kernel, int arity, std::int64_t rows, std::int64_t cols,
               float* out, std::int64_t out_row, std::int64_t out_col,
               std::span<const BlockOperand> inputs, ElementwiseSettings settings);

template <SettingsOf settings>
Blob build_elementwise_with(const OpProblem& problem) {
  return build_elementwise(problem, settings(problem));
}
template <ElementwiseKernel ElementwiseKernels::*kernel, int arity>
void elementwise_run(const OpProblem& problem, const Call& call, int, Range range, Worker) {
  run_elementwise(problem, call, range, elementwise_kernels_for(problem.isa).*kernel, arity);
}
template <int least, int most>
Verdict elementwise_accepts(const OpProblem& problem) {
  return both(needs_inputs(problem, least, most), needs_f32(problem));
}

template <ElementwiseKernel ElementwiseKernels::*kernel, int arity, int least, int most,
          SettingsOf settings>
constexpr OpRow elementwise_row(const char* name, const char* summary, double relative) {
  return {.name = name,
          .summary = summary,
          .tolerance = {relative},
          .accepts = elementwise_accepts<least, most>,
          .packed_bytes = packed_bytes<build_elementwise_with<settings>>,
          .pack = pack<build_elementwise_with<settings>>,
          .scratch_bytes = no_scratch,
          .phases = one_phase,
          .tiles = elementwise_tiles,
          .run = elementwise_run<kernel, arity>};
}

template <ElementwiseKernel ElementwiseKernels::*kernel, SettingsOf settings = no_settings>
constexpr OpRow unary_row(const char* name, const char* summary, double relative = 1e-6) {
  return elementwise_row<kernel, 1, 1, 1, settings>(name, summary, relative);
}
template <ElementwiseKernel ElementwiseKernels::*kernel>
constexpr OpRow binary_row(const char* name, const char* summary, double relative = 1e-6) {
  return elementwise_row<kernel, 2, 2, 2, no_settings>(name, summary, relative);
}
template <ElementwiseKernel ElementwiseKernels::*kernel>
constexpr OpRow variadic_row(const char* name, const char* summary) {
  return elementwise_row<kernel, 2, 1, kMaxOperands - 1, no_settings>(name, summary, 1e-6);
}

}  // namespace dlis::nn
