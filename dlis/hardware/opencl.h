// Layer 5: the machine's first OpenCL device, opened once for the process.
#pragma once
#include <CL/cl.h>

#include <memory>
#include <mutex>
#include <string>

#include "dlis/base/result.h"
#include "dlis/hardware/offload.h"

namespace dlis {

// Whoever sets a kernel's arguments holds the mutex until it is enqueued.
struct OpenCl {
  cl_device_id device = nullptr;
  cl_context context = nullptr;
  std::mutex mutex;
};

// Device 0, counted over all platforms. Made at the first call and kept until the process ends.
// Errors: no platform, no device, a driver that cannot open it.
Result<OpenCl*> opencl();

// "the OpenCL driver fails: clBuildProgram gives -11 (a kernel does not build)".
Error opencl_error(const char* function, cl_int code);
inline Status opencl_status(const char* function, cl_int code) {
  return code == CL_SUCCESS ? Status() : tl::unexpected(opencl_error(function, code));
}

// "NVIDIA H200, driver 550.54": what compiled kernels belong to.
std::string opencl_identity(const OpenCl& cl);

struct ReleaseMemory {
  void operator()(cl_mem memory) const { clReleaseMemObject(memory); }
};
struct DeviceMemory {
  std::unique_ptr<_cl_mem, ReleaseMemory> memory;
  std::size_t bytes = 0;
  void* mapped = nullptr;  // while the host has it
};

struct ReleaseQueue {
  void operator()(cl_command_queue queue) const { clReleaseCommandQueue(queue); }
};
struct DeviceQueue {
  std::unique_ptr<_cl_command_queue, ReleaseQueue> queue;  // in order
};

extern const Offload kOpenClOffload;

}  // namespace dlis
