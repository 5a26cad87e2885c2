#include "dlis/compute/opencl/kernel.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "dlis/base/cache_folder.h"
#include "dlis/base/file.h"
#include "dlis/base/hash.h"
#include "dlis/base/text.h"
#include "dlis/compute/opencl/sources.h"
#include "dlis/hardware/device_faults.h"

namespace dlis {
namespace {

struct ReleaseProgram {
  void operator()(cl_program program) const { clReleaseProgram(program); }
};
using Program = std::unique_ptr<_cl_program, ReleaseProgram>;

// Where a program is kept; empty: nowhere.
std::filesystem::path binary_file(const OpenCl& cl, std::string_view text,
                                  const std::string& options) {
  const auto folder = cache_folder();
  if (folder.empty()) return {};
  Hasher key;
  key.add(opencl_identity(cl)).add(text).add(options);
  return folder / "opencl" / (key.hex() + ".bin");
}

// Null where there is none or the driver no longer takes it.
Program kept_program(const OpenCl& cl, const std::filesystem::path& file,
                     const std::string& options) {
  std::error_code ignored;
  if (file.empty() || !std::filesystem::is_regular_file(file, ignored)) return nullptr;
  const auto bytes = read_file(file);
  if (!bytes) return nullptr;
  const std::size_t size = bytes->size();
  const auto* data = reinterpret_cast<const unsigned char*>(bytes->data());
  cl_int code = CL_SUCCESS, of_binary = CL_SUCCESS;
  Program program(
      clCreateProgramWithBinary(cl.context, 1, &cl.device, &size, &data, &of_binary, &code));
  if (code != CL_SUCCESS || of_binary != CL_SUCCESS) return nullptr;
  code = clBuildProgram(program.get(), 1, &cl.device, options.c_str(), nullptr, nullptr);
  return code == CL_SUCCESS ? std::move(program) : nullptr;
}

// Best effort: the next process builds again where it cannot be kept.
void keep(cl_program program, const std::filesystem::path& file) {
  std::size_t size = 0;
  if (file.empty() ||
      clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, nullptr) !=
          CL_SUCCESS ||
      size == 0)
    return;
  std::vector<std::byte> bytes(size);
  auto* data = reinterpret_cast<unsigned char*>(bytes.data());
  if (clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof data, &data, nullptr) != CL_SUCCESS)
    return;
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  (void)write_file_atomic(file, bytes);
}

// The first line of what the compiler says.
std::string log_of(cl_program program, cl_device_id device) {
  std::string log(16384, '\0');
  std::size_t size = 0;
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, log.size(), log.data(), &size);
  log.resize(std::min(size, log.size()));
  const std::string_view said = trim(log.c_str());
  return std::string(said.substr(0, said.find('\n')));
}

Result<Program> build(const OpenCl& cl, const std::string& file, const std::string& options) {
  const std::string_view text = opencl_source(file);
  DLIS_ASSERT(!text.empty());
  const std::filesystem::path kept = binary_file(cl, text, options);
  if (Program program = kept_program(cl, kept, options)) return program;
  const char* data = text.data();
  const std::size_t size = text.size();
  cl_int code = CL_SUCCESS;
  Program program(clCreateProgramWithSource(cl.context, 1, &data, &size, &code));
  DLIS_TRY(opencl_status("clCreateProgramWithSource", code));
  code = clBuildProgram(program.get(), 1, &cl.device, options.c_str(), nullptr, nullptr);
  if (code != CL_SUCCESS) {
    Error error = opencl_error("clBuildProgram", code);
    error.where = fmt::format("{}: {}", file, log_of(program.get(), cl.device));
    return tl::unexpected(std::move(error));
  }
  keep(program.get(), kept);
  return program;
}

// Kept until the process ends: drivers may unload before statics go.
struct Built {
  std::mutex mutex;
  std::map<std::string, Result<Program>> programs;
  std::map<std::string, Result<cl_kernel>> kernels;
};
Built& built() {
  static Built& all = *new Built;
  return all;
}

Result<cl_kernel> kernel_of(const OpenCl& cl, const std::string& file, const std::string& name,
                            const std::string& options) {
  const std::string key = file + '\n' + options;
  auto it = built().programs.find(key);
  if (it == built().programs.end())
    it = built().programs.emplace(key, build(cl, file, options)).first;
  if (!it->second) return tl::unexpected(it->second.error());
  cl_int code = CL_SUCCESS;
  cl_kernel kernel = clCreateKernel(it->second->get(), name.c_str(), &code);
  DLIS_TRY(opencl_status("clCreateKernel", code));
  return kernel;
}

}  // namespace

Result<cl_kernel> opencl_kernel(const std::string& file, const std::string& name,
                                const std::string& more) {
  if (is_due(device_faults().build))
    return tl::unexpected(opencl_error("clBuildProgram", CL_BUILD_PROGRAM_FAILURE));
  const OpenCl& cl = *DLIS_TRY(opencl());
  const std::string options = more.empty() ? "-cl-std=CL1.2" : "-cl-std=CL1.2 " + more;
  const std::string key = file + '\n' + name + '\n' + options;
  const std::lock_guard lock(built().mutex);
  auto it = built().kernels.find(key);
  if (it == built().kernels.end())
    it = built().kernels.emplace(key, kernel_of(cl, file, name, options)).first;
  return it->second;
}

Verdict has_opencl_kernel(const std::string& file, const std::string& name,
                          const std::string& options) {
  const auto kernel = opencl_kernel(file, name, options);
  return kernel ? accept() : refuse(kernel.error().message());
}

void forget_opencl_kernels() {
  const std::lock_guard lock(built().mutex);
  built().kernels.clear();
  for (auto& [key, program] : built().programs)
    if (program) program->release();  // its kernels may be in use
  built().programs.clear();
}

Launch::Launch(const DeviceCall& call, cl_kernel kernel)
    : queue_(call.queue), kernel_(kernel), lock_((*opencl())->mutex) {}

void Launch::set(std::size_t bytes, const void* value) {
  if (code_ == CL_SUCCESS) code_ = clSetKernelArg(kernel_, at_++, bytes, value);
}

Launch& Launch::add(DeviceMemory* memory) {
  cl_mem buffer = memory->memory.get();
  set(sizeof(cl_mem), &buffer);
  return *this;
}

Launch& Launch::add(const DeviceView& view) {
  add(view.memory);
  return add(cl_long(view.offset / size_of(view.type)));
}

Status Launch::enqueue(WorkSize items, WorkSize group) {
  DLIS_TRY(opencl_status("clSetKernelArg", code_));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i] == 0) return {};
    items[i] = (items[i] + group[i] - 1) / group[i] * group[i];
  }
  code_ = is_due(device_faults().enqueue)
              ? CL_OUT_OF_RESOURCES
              : clEnqueueNDRangeKernel(queue_.queue.get(), kernel_, 3, nullptr, items.data(),
                                       group.data(), 0, nullptr, nullptr);
  return opencl_status("clEnqueueNDRangeKernel", code_);
}

}  // namespace dlis
