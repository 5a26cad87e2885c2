// The row `opencl`: whatever the installed drivers offer; the first device is the one used.
#include "dlis/hardware/opencl.h"

#include <fmt/format.h>

#include <vector>

#include "dlis/base/capability.h"
#include "dlis/base/text.h"
#include "dlis/hardware/device.h"
#include "dlis/hardware/opencl_f16.h"

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

std::string text(cl_device_id device, cl_device_info what) {
  char value[256] = "";
  clGetDeviceInfo(device, what, sizeof value - 1, value, nullptr);
  return std::string(trim(value));
}

// What the usual codes mean; the others are for whoever knows the driver.
const char* meaning_of(cl_int code) {
  switch (code) {
    case CL_DEVICE_NOT_AVAILABLE:
      return " (the device is gone)";
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_INVALID_BUFFER_SIZE:
      return " (the device's memory is full)";
    case CL_OUT_OF_RESOURCES:
      return " (the device is out of resources, or gone)";
    case CL_OUT_OF_HOST_MEMORY:
      return " (the host's memory is full)";
    case CL_BUILD_PROGRAM_FAILURE:
      return " (a kernel does not build)";
    default:
      return "";
  }
}

Verdict available() {
  return all_devices().empty() ? refuse(lacking(opencl_device_capability).message()) : accept();
}

// Of the device that is used.
std::string f16_text() {
  const Verdict right = opencl_f16();
  return right ? ", f16 weights" : ", no f16 weights: " + right.reason;
}

std::string describe() {
  std::vector<std::string> texts;
  for (cl_device_id device : all_devices())
    texts.push_back(fmt::format(
        "{}: {}, {} compute units, {:.1f} GiB", texts.size(), text(device, CL_DEVICE_NAME),
        number<cl_uint>(device, CL_DEVICE_MAX_COMPUTE_UNITS),
        double(number<cl_ulong>(device, CL_DEVICE_GLOBAL_MEM_SIZE)) / double(1 << 30)));
  if (!texts.empty()) texts[0] += f16_text();
  return join(texts, "; ");
}

Result<OpenCl*> open() {
  if (const Verdict verdict = available(); !verdict) return refusal(verdict.reason);
  auto opened = std::make_unique<OpenCl>();
  opened->device = all_devices().front();
  cl_int code = CL_SUCCESS;
  opened->context = clCreateContext(nullptr, 1, &opened->device, nullptr, nullptr, &code);
  if (code != CL_SUCCESS) return tl::unexpected(opencl_error("clCreateContext", code));
  return opened.release();
}

}  // namespace

Result<OpenCl*> opencl() {
  static const auto& handle = *new Result<OpenCl*>(open());  // drivers may unload before statics go
  return handle;
}

Error opencl_error(const char* function, cl_int code) {
  return {fmt::format("the OpenCL driver fails: {} gives {}{}", function, code, meaning_of(code)),
          "", "`--device cpu` does without", true};
}

std::string opencl_identity(const OpenCl& cl) {
  return fmt::format("{}, {}, driver {}", text(cl.device, CL_DEVICE_NAME),
                     text(cl.device, CL_DEVICE_VERSION), text(cl.device, CL_DRIVER_VERSION));
}

extern constinit const Device opencl_row{
    .name = "opencl",
    .summary =
        "an OpenCL 1.2 device: values stay on it from layer to layer, alone or beside the "
        "processor",
    .available = available,
    .describe = describe,
    .offload = &kOpenClOffload,
};

}  // namespace dlis
