#include "dlis/compute/nn/blob.h"

#include <fmt/format.h>

namespace dlis::nn {

Verdict needs_f32(const OpProblem& problem) {
  for (const auto* side : {&problem.inputs, &problem.outputs})
    for (const TensorDesc& desc : *side)
      if (desc.type != DType::f32)
        return refuse(fmt::format("computes f32 only, not {}", name_of(desc.type)));
  return accept();
}

Verdict needs_inputs(const OpProblem& problem, std::size_t least, std::size_t most) {
  const std::size_t n = problem.inputs.size();
  if (n < least) return refuse(fmt::format("needs at least {} inputs, not {}", least, n));
  if (n > most) return refuse(fmt::format("takes at most {} inputs, not {}", most, n));
  if (problem.outputs.empty()) return refuse("needs an output");
  return accept();
}

Verdict needs_equal_types(const OpProblem& problem) {
  if (problem.inputs.empty()) return accept();  // refused by needs_inputs
  const DType type = problem.inputs[0].type;
  for (const TensorDesc& out : problem.outputs)
    if (out.type != type)
      return refuse(fmt::format("moves {} unchanged, not to {}", name_of(type), name_of(out.type)));
  for (const TensorDesc& out : problem.outputs)
    if (out.scale != problem.inputs[0].scale) return refuse("moves numbers, not to another scale");
  return accept();
}

Verdict both(Verdict a, Verdict b) { return a ? b : a; }

}  // namespace dlis::nn
