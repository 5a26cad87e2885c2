// Layer 5: the machine's first OpenCL device, opened once for the process.
#pragma once
#include <CL/cl.h>

#include <memory>
#include <mutex>

#include "dlis/base/result.h"

namespace dlis {

// Whoever enqueues or sets a kernel's arguments holds the mutex until the device is done.
struct OpenCl {
  cl_device_id device = nullptr;
  cl_context context = nullptr;
  cl_command_queue queue = nullptr;  // in order
  std::mutex mutex;
};

// Device 0, counted over all platforms. Made at the first call and kept until the process ends.
// Errors: no platform, no device, a driver that cannot open it.
Result<OpenCl*> opencl();

// "clBuildProgram gives -11".
Error opencl_error(const char* function, cl_int code);

// Owns a buffer on the device.
struct ReleaseMemory {
  void operator()(cl_mem memory) const { clReleaseMemObject(memory); }
};
using OpenClMemory = std::unique_ptr<_cl_mem, ReleaseMemory>;

}  // namespace dlis
