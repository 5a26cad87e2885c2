// The rows of all operators that compute every output element from the input elements at its place.
#pragma once
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/nn/byte_table.h"
#include "dlis/compute/nn/elementwise_kernels.h"
#include "dlis/compute/nn/loops.h"
#include "dlis/compute/nn/whole.h"

namespace dlis::nn {

struct ElementwiseSettings {
  float a = 0, b = 0;
};
using SettingsOf = ElementwiseSettings (*)(const OpProblem&);
inline ElementwiseSettings no_settings(const OpProblem&) { return {}; }

// `mapped`: the operator's kernel, where it maps bytes; else null.
Blob build_elementwise(const OpProblem& problem, ElementwiseSettings settings,
                       ElementwiseKernel mapped);
std::int64_t elementwise_tiles(const OpProblem& problem, int);

// Runs tiles with a kernel of `arity` inputs; one of two folds any number of inputs from the left.
// Bytes of one input go through the table, other integers through `whole`.
void run_elementwise(const OpProblem& problem, const Call& call, Range range,
                     ElementwiseKernel kernel, int arity, Whole whole);

// One block through `kernel`, whatever the strides: what is not contiguous passes through buffers,
// so the same instructions compute every element and the bits do not depend on the order of memory.
struct BlockOperand {
  const float* data;
  std::int64_t row, col;
};
void run_block(ElementwiseKernel kernel, int arity, std::int64_t rows, std::int64_t cols,
               float* out, std::int64_t out_row, std::int64_t out_col,
               std::span<const BlockOperand> inputs, ElementwiseSettings settings);

template <ElementwiseKernel ElementwiseKernels::*kernel, int arity, SettingsOf settings>
Blob build_elementwise_with(const OpProblem& problem) {
  const bool mapped = arity == 1 && maps_bytes(problem);
  return build_elementwise(problem, settings(problem),
                           mapped ? elementwise_kernels_for(problem.isa).*kernel : nullptr);
}
template <ElementwiseKernel ElementwiseKernels::*kernel, int arity, Whole whole>
void elementwise_run(const OpProblem& problem, const Call& call, int, Range range, Worker) {
  run_elementwise(problem, call, range, elementwise_kernels_for(problem.isa).*kernel, arity, whole);
}
template <int arity, int least, int most, Whole whole>
Verdict elementwise_accepts(const OpProblem& problem) {
  if (Verdict v = needs_inputs(problem, least, most); !v) return v;
  if (arity == 1 && maps_bytes(problem)) return accept();
  return whole != Whole::none && whole_accepts(problem, whole) ? accept() : needs_f32(problem);
}

template <ElementwiseKernel ElementwiseKernels::*kernel, int arity, int least, int most,
          SettingsOf settings, Whole whole = Whole::none>
constexpr OpRow elementwise_row(const char* name, const char* summary, double relative) {
  return {.name = name,
          .summary = summary,
          .tolerance = {relative},
          .accepts = elementwise_accepts<arity, least, most, whole>,
          .packed_bytes = packed_bytes<build_elementwise_with<kernel, arity, settings>>,
          .pack = pack<build_elementwise_with<kernel, arity, settings>>,
          .scratch_bytes = no_scratch,
          .phases = one_phase,
          .tiles = elementwise_tiles,
          .run = elementwise_run<kernel, arity, whole>};
}

template <ElementwiseKernel ElementwiseKernels::*kernel, SettingsOf settings = no_settings,
          Whole whole = Whole::none>
constexpr OpRow unary_row(const char* name, const char* summary, double relative = 1e-6) {
  return elementwise_row<kernel, 1, 1, 1, settings, whole>(name, summary, relative);
}
template <ElementwiseKernel ElementwiseKernels::*kernel, Whole whole = Whole::none>
constexpr OpRow binary_row(const char* name, const char* summary, double relative = 1e-6) {
  return elementwise_row<kernel, 2, 2, 2, no_settings, whole>(name, summary, relative);
}
template <ElementwiseKernel ElementwiseKernels::*kernel, Whole whole = Whole::none>
constexpr OpRow variadic_row(const char* name, const char* summary) {
  return elementwise_row<kernel, 2, 1, kMaxOperands - 1, no_settings, whole>(name, summary, 1e-6);
}

}  // namespace dlis::nn
