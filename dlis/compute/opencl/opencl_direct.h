// The two ways in which the row `opencl_direct` computes, for its tests.
#pragma once
#include "dlis/compute/opencl/direct_weights.h"

namespace dlis {

// False where the driver failed; the output may then be written in part.
bool direct_on_device(const ConvProblem& p, const Call& call);

// What the device would have written, by simple loops; for when the device fails.
void direct_on_host(const ConvProblem& p, const Call& call);

}  // namespace dlis
