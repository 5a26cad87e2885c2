// Lets the device convert every f16, and compares with the host.
#include "dlis/hardware/opencl_f16.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <mutex>
#include <vector>

#include "dlis/hardware/device_faults.h"
#include "dlis/hardware/opencl.h"

namespace dlis {
namespace {

constexpr const char* kKernels = R"CL(
kernel void widen(global const half* x, int count, global float* y) {
  const int i = get_global_id(0);
  vstore16(vload_half16(i, x), i, y);
  y += count;
  for (int j = 2 * i; j < 2 * i + 2; ++j) vstore8(vload_half8(j, x), j, y);
  y += count;
  for (int j = 4 * i; j < 4 * i + 4; ++j) vstore4(vload_half4(j, x), j, y);
}
kernel void narrow(global const float* x, int count, global half* y) {
  const int i = get_global_id(0);
  vstore_half16_rte(vload16(i, x), i, y);
}
)CL";

constexpr int kEach = 16;       // of an item
constexpr int kWidths = 3;      // of loads
constexpr int kAll = 65536;     // f16 numbers
constexpr int kFinite = 31744;  // those that are positive, or 0

struct ReleaseProgram {
  void operator()(cl_program program) const { clReleaseProgram(program); }
};
struct ReleaseKernel {
  void operator()(cl_kernel kernel) const { clReleaseKernel(kernel); }
};
using Program = std::unique_ptr<_cl_program, ReleaseProgram>;

Result<Program> built(const OpenCl& cl) {
  const char* text = kKernels;
  cl_int code = CL_SUCCESS;
  Program program(clCreateProgramWithSource(cl.context, 1, &text, nullptr, &code));
  DLIS_TRY(opencl_status("clCreateProgramWithSource", code));
  code = clBuildProgram(program.get(), 1, &cl.device, "-cl-std=CL1.2", nullptr, nullptr);
  DLIS_TRY(opencl_status("clBuildProgram", code));
  return program;
}

// What a kernel makes of x: `outputs` values of type Y.
template <class Y, class X>
Result<std::vector<Y>> converted(cl_program program, const char* name, const std::vector<X>& x,
                                 std::size_t outputs) {
  const Offload& device = kOpenClOffload;
  const std::size_t in = x.size() * sizeof(X), out = outputs * sizeof(Y);
  const auto queue = DLIS_TRY(device.open_queue());
  const auto from = DLIS_TRY(device.allocate(in, nullptr)),
             to = DLIS_TRY(device.allocate(out, nullptr));
  DLIS_TRY(device.to_device(*queue, *from, reinterpret_cast<const std::byte*>(x.data()), {0, in}));
  cl_int code = CL_SUCCESS;
  const std::unique_ptr<_cl_kernel, ReleaseKernel> kernel(clCreateKernel(program, name, &code));
  DLIS_TRY(opencl_status("clCreateKernel", code));
  const auto count = cl_int(x.size());
  cl_mem memory[] = {from->memory.get(), to->memory.get()};
  code = clSetKernelArg(kernel.get(), 0, sizeof(cl_mem), &memory[0]);
  code |= clSetKernelArg(kernel.get(), 1, sizeof count, &count);
  code |= clSetKernelArg(kernel.get(), 2, sizeof(cl_mem), &memory[1]);
  DLIS_TRY(opencl_status("clSetKernelArg", code));
  const std::size_t items = x.size() / kEach;
  code = clEnqueueNDRangeKernel(queue->queue.get(), kernel.get(), 1, nullptr, &items, nullptr, 0,
                                nullptr, nullptr);
  DLIS_TRY(opencl_status("clEnqueueNDRangeKernel", code));
  std::vector<Y> y(outputs);
  DLIS_TRY(device.to_host(*queue, *to, reinterpret_cast<std::byte*>(y.data()), {0, out}));
  return y;
}

// By the definition of IEEE 754.
float value_of(int f16) {
  const int exponent = f16 >> 10 & 31, mantissa = f16 & 1023;
  const float sign = f16 & 0x8000 ? -1.0f : 1.0f;
  if (exponent == 31) return mantissa ? NAN : sign * INFINITY;
  return sign *
         std::ldexp(float(exponent ? mantissa + 1024 : mantissa), std::max(exponent, 1) - 25);
}

bool is_same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

Status check_reads(cl_program program, F16Fault fault) {
  std::vector<std::uint16_t> all(kAll);
  for (int i = 0; i < kAll; ++i) all[std::size_t(i)] = std::uint16_t(i);
  auto got = DLIS_TRY(converted<float>(program, "widen", all, kWidths * kAll));
  if (fault == F16Fault::reads)
    for (float& value : got)
      if (std::abs(value) < 0x1p-14f) value = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (const float want = value_of(int(i) % kAll); !is_same(got[i], want))
      return fail(fmt::format("the device reads the f16 0x{:04x} as {} in place of {}", i % kAll,
                              got[i], want));
  return {};
}

// Below, at and above the middle of each f16 and the next one, in both signs, with what they round
// to.
struct Ties {
  std::vector<float> x;
  std::vector<int> want;
};
Ties ties() {
  Ties all;
  for (int i = 0; i < kFinite; ++i) {
    const float low = value_of(i), high = i + 1 < kFinite ? value_of(i + 1) : 65536;
    const float middle = low + (high - low) / 2, sign = i % 4 < 2 ? 1 : -1;
    for (const float value : {std::nextafter(middle, low), middle, std::nextafter(middle, high)}) {
      all.x.push_back(sign * value);
      all.want.push_back((value < middle   ? i
                          : value > middle ? i + 1
                                           : i + i % 2) |
                         (sign < 0 ? 0x8000 : 0));
    }
  }
  return all;
}

Status check_roundings(cl_program program, F16Fault fault) {
  const auto [x, want] = ties();
  static_assert(3 * kFinite % kEach == 0);
  auto got = DLIS_TRY(converted<std::uint16_t>(program, "narrow", x, x.size()));
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (fault == F16Fault::rounds && std::abs(value_of(got[i])) > std::abs(x[i])) --got[i];
    if (got[i] != want[i])
      return fail(fmt::format("the device rounds {} to the f16 0x{:04x} in place of 0x{:04x}", x[i],
                              got[i], want[i]));
  }
  return {};
}

Status check(F16Fault fault) {
  const OpenCl& cl = *DLIS_TRY(opencl());
  const Program program = DLIS_TRY(built(cl));
  DLIS_TRY(check_reads(program.get(), fault));
  return check_roundings(program.get(), fault);
}

}  // namespace

Verdict opencl_f16() {
  static std::mutex& mutex = *new std::mutex;
  static auto& known = *new std::map<F16Fault, Verdict>;
  const F16Fault fault = device_faults().f16;
  const std::lock_guard lock(mutex);
  const auto it = known.find(fault);
  if (it != known.end()) return it->second;
  const Status status = check(fault);
  return known[fault] = status ? accept() : refuse(status.error().message());
}

}  // namespace dlis
