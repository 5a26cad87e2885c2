// The rows of this folder's operators.inc, declared, and what they share.
#pragma once
#include <CL/cl.h>

#include "dlis/compute/nn/loops.h"
#include "dlis/compute/row.h"

namespace dlis::opencl_nn {

#define DLIS_ROW(name) extern const OpRow name##_row;
#include "dlis/compute/opencl/operators.inc"
#undef DLIS_ROW

// Nested loops as kernels take them by value (loops.cl): operand 0 is the output.
inline constexpr int kMostAxes = 6, kMostOperands = 3;
struct DeviceLoops {
  cl_int rank, extent[kMostAxes], stride[kMostOperands][kMostAxes];
};
DeviceLoops device_loops(const nn::Loops& loops);
Verdict fits_device(const nn::Loops& loops);  // the axes and the elements

inline std::size_t no_bytes(const OpProblem&) { return 0; }

}  // namespace dlis::opencl_nn
