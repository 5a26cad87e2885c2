// The row `opencl`: whatever the installed drivers offer; the first device is the one used.
#include "dlis/hardware/opencl.h"

#include <fmt/format.h>

#include <vector>

#include "dlis/base/text.h"
#include "dlis/hardware/device.h"

namespace dlis {
namespace {

std::vector<cl_device_id> all_devices() {
  cl_uint count = 0;
  if (clGetPlatformIDs(0, nullptr, &count) != CL_SUCCESS) return {};
  std::vector<cl_platform_id> platforms(count);
  if (count == 0 || clGetPlatformIDs(count, platforms.data(), nullptr) != CL_SUCCESS) return {};
  std::vector<cl_device_id> devices;
  for (cl_platform_id platform : platforms) {
    if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &count) != CL_SUCCESS) continue;
    const std::size_t known = devices.size();
    devices.resize(known + count);
    if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, &devices[known], nullptr) != CL_SUCCESS)
      devices.resize(known);
  }
  return devices;
}

template <class T>
T number(cl_device_id device, cl_device_info what) {
  T value = 0;
  clGetDeviceInfo(device, what, sizeof value, &value, nullptr);
  return value;
}

std::string name_of(cl_device_id device) {
  char name[256] = "";
  clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name - 1, name, nullptr);
  return std::string(trim(name));
}

Verdict available() {
  return all_devices().empty()
             ? refuse("no OpenCL device: no driver is installed or none found one")
             : accept();
}

std::string describe() {
  std::vector<std::string> texts;
  for (cl_device_id device : all_devices())
    texts.push_back(
        fmt::format("{}: {}, {} compute units, {:.1f} GiB", texts.size(), name_of(device),
                    number<cl_uint>(device, CL_DEVICE_MAX_COMPUTE_UNITS),
                    double(number<cl_ulong>(device, CL_DEVICE_GLOBAL_MEM_SIZE)) / double(1 << 30)));
  return join(texts, "; ");
}

Result<OpenCl*> open() {
  if (const Verdict verdict = available(); !verdict) return refusal(verdict.reason);
  auto opened = std::make_unique<OpenCl>();
  opened->device = all_devices().front();
  cl_int code = CL_SUCCESS;
  opened->context = clCreateContext(nullptr, 1, &opened->device, nullptr, nullptr, &code);
  if (code != CL_SUCCESS) return tl::unexpected(opencl_error("clCreateContext", code));
  opened->queue = clCreateCommandQueue(opened->context, opened->device, 0, &code);
  if (code != CL_SUCCESS) return tl::unexpected(opencl_error("clCreateCommandQueue", code));
  return opened.release();
}

}  // namespace

Result<OpenCl*> opencl() {
  static const auto& handle = *new Result<OpenCl*>(open());  // drivers may unload before statics go
  return handle;
}

Error opencl_error(const char* function, cl_int code) {
  return {fmt::format("the OpenCL driver fails: {} gives {}", function, code), "", "", true};
}

extern constinit const Device opencl_row{
    .name = "opencl",
    .available = available,
    .describe = describe,
};

}  // namespace dlis
