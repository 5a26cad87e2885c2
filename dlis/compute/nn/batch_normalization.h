// BatchNormalization (inference) as x * a[c] + b[c] with a = scale / sqrt(variance + epsilon) and
// b = B - mean * a, both computed in double.
#pragma once
#include "dlis/compute/nn/loops.h"

namespace dlis::nn {

// Operands: output, x, a and b (with the strides of a).
Loops normalization_loops(const OpProblem& problem);

// a of every channel, then b; `inputs` are the operator's.
void normalization_coefficients(const OpProblem& problem, std::span<const ConstView> inputs,
                                float* out);

}  // namespace dlis::nn
