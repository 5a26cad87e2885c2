#include "dlis/compute/opencl/operators.h"

#include <limits>

namespace dlis::opencl_nn {

DeviceLoops device_loops(const nn::Loops& loops) {
  DeviceLoops out{};
  out.rank = loops.rank;
  for (int axis = 0; axis < loops.rank; ++axis) {
    out.extent[axis] = cl_int(loops.extent[axis]);
    for (int o = 0; o < loops.operands; ++o) out.stride[o][axis] = cl_int(loops.stride[o][axis]);
  }
  return out;
}

Verdict fits_device(const nn::Loops& loops) {
  if (loops.rank > kMostAxes) return refuse("needs at most 6 axes that lie apart");
  for (int o = 0; o < loops.operands; ++o) {
    std::int64_t last = 0;
    for (int axis = 0; axis < loops.rank; ++axis)
      last += (loops.extent[axis] - 1) * loops.stride[o][axis];
    if (last > std::numeric_limits<cl_int>::max() - 64)
      return refuse("needs values of less than 2^31 elements");
  }
  return loops.count() > std::numeric_limits<cl_int>::max() - 64
             ? refuse("needs values of less than 2^31 elements")
             : accept();
}

}  // namespace dlis::opencl_nn
