// Kernels of this folder's .cl files: built once, kept on disk, and enqueued.
#pragma once
#include <CL/cl.h>

#include <array>
#include <mutex>
#include <string>

#include "dlis/compute/row.h"
#include "dlis/hardware/opencl.h"

namespace dlis {

// The kernel `name` of `file`, built with `options` ("-D TILE=8"). Built once for a process, and
// taken from the user's cache folder where an earlier one built the same text for the same device
// and driver. Kept until the process ends. Errors: no device, a driver that fails, the build's log.
Result<cl_kernel> opencl_kernel(const std::string& file, const std::string& name,
                                const std::string& options = "");

// Whether it can be had, for `accepts`.
Verdict has_opencl_kernel(const std::string& file, const std::string& name,
                          const std::string& options = "");

// For tests: the next call builds anew, or takes what is kept on disk.
void forget_opencl_kernels();

using WorkSize = std::array<std::size_t, 3>;

// An argument: so many bytes of local memory.
struct LocalBytes {
  std::size_t count;
};

// One command: arguments in order, then `enqueue`. A DeviceView gives two arguments, the buffer
// (`global T*`) and where the view begins (`long`, in elements); a DeviceMemory* the buffer; all
// else is passed by value as it is.
class Launch {
 public:
  Launch(const DeviceCall& call, cl_kernel kernel);
  template <class T>
  Launch& add(const T& value) {
    set(sizeof value, &value);
    return *this;
  }
  Launch& add(const DeviceView& view);
  Launch& add(DeviceMemory* memory);
  Launch& add(const LocalBytes& local) {
    set(local.count, nullptr);
    return *this;
  }
  Launch& add(std::nullptr_t) = delete;  // pass any buffer in its place
  // `items` is rounded up to a multiple of `group`, so kernels look whether they are inside.
  Status enqueue(WorkSize items, WorkSize group);

 private:
  void set(std::size_t bytes, const void* value);
  DeviceQueue& queue_;
  cl_kernel kernel_;
  std::unique_lock<std::mutex> lock_;  // arguments belong to the kernel, which all sessions share
  cl_uint at_ = 0;
  cl_int code_ = CL_SUCCESS;
};

template <class... Arguments>
Status launch(const DeviceCall& call, cl_kernel kernel, WorkSize items, WorkSize group,
              const Arguments&... arguments) {
  Launch command(call, kernel);
  (command.add(arguments), ...);
  return command.enqueue(items, group);
}

}  // namespace dlis
