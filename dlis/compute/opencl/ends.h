// The arguments that ends.cl and kernels on strided values take, as the device sees them.
#pragma once
#include <CL/cl.h>

#include "dlis/compute/row.h"

namespace dlis {

struct DeviceEnds {
  cl_int add, activation;
  cl_float a, b;
};
inline DeviceEnds device_ends(const FusedEnds& ends) {
  return {ends.add, cl_int(ends.activation), ends.a, ends.b};
}

// Elements between neighbouring images, rows and pixels of a view of NCHW axes; channels lie side
// by side. In OpenCL C: `typedef struct { int image, row, pixel; } Strides;`
struct DeviceStrides {
  cl_int image, row, pixel;
};
inline DeviceStrides device_strides(const DeviceView& v) {
  return {cl_int(v.strides[0]), cl_int(v.strides[2]), cl_int(v.strides[3])};
}

}  // namespace dlis
