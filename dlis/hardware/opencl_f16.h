// Layer 5: whether the OpenCL device converts f16 as IEEE 754 says.
#pragma once
#include "dlis/base/result.h"

namespace dlis {

// Every f16 is loaded by the device (`vload_half`, four, eight and sixteen at once), and the values
// around each tie are rounded by it to f16 (`vstore_half_rte`, half to even), once in a process.
// Refused with the first that is wrong, or with what the driver says. Arithmetic in f16 is not
// used, so it is not tried.
Verdict opencl_f16();

}  // namespace dlis
