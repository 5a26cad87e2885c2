// How an OpenCL device is given memory and work.
#include "dlis/base/clock.h"
#include "dlis/hardware/device_faults.h"
#include "dlis/hardware/opencl.h"

namespace dlis {
namespace {

template <class T>
T number(cl_device_id device, cl_device_info what) {
  T value = 0;
  clGetDeviceInfo(device, what, sizeof value, &value, nullptr);
  return value;
}

// OpenCL lets host and kernels change parts of one buffer at once only in fine-grained memory; on a
// processor that is what all memory is.
Sharing sharing() {
  const auto cl = opencl();
  if (!cl || device_faults().apart) return Sharing::none;
  if (number<cl_device_type>((*cl)->device, CL_DEVICE_TYPE) & CL_DEVICE_TYPE_CPU)
    return Sharing::at_once;
  return number<cl_bool>((*cl)->device, CL_DEVICE_HOST_UNIFIED_MEMORY) ? Sharing::in_turns
                                                                       : Sharing::none;
}

Result<std::shared_ptr<DeviceQueue>> open_queue() {
  const OpenCl& cl = *DLIS_TRY(opencl());
  cl_int code = CL_SUCCESS;
  auto queue = std::make_shared<DeviceQueue>();
  queue->queue.reset(clCreateCommandQueue(cl.context, cl.device, 0, &code));
  DLIS_TRY(opencl_status("clCreateCommandQueue", code));
  return queue;
}

// Drivers may take the memory at first use only, so what the device has is asked first.
Result<std::shared_ptr<DeviceMemory>> allocate(std::size_t bytes, std::byte* host) {
  const OpenCl& cl = *DLIS_TRY(opencl());
  bytes = bytes > 0 ? bytes : 1;
  cl_int code = is_due(device_faults().allocate) ||
                        bytes > number<cl_ulong>(cl.device, CL_DEVICE_MAX_MEM_ALLOC_SIZE)
                    ? CL_MEM_OBJECT_ALLOCATION_FAILURE
                    : CL_SUCCESS;
  auto memory = std::make_shared<DeviceMemory>();
  memory->bytes = bytes;
  if (code == CL_SUCCESS)
    memory->memory.reset(
        clCreateBuffer(cl.context, CL_MEM_READ_WRITE | cl_mem_flags(host ? CL_MEM_USE_HOST_PTR : 0),
                       bytes, host, &code));
  DLIS_TRY(opencl_status("clCreateBuffer", code));
  return memory;
}

// Where rows lie for the calls that copy rectangles: whole pitches and a remainder name any offset.
struct Rectangle {
  std::size_t origin[3], region[3], none[3] = {0, 0, 0};
  explicit Rectangle(const ByteRows& r)
      : origin{r.offset % r.pitch, r.offset / r.pitch, 0}, region{r.bytes, r.count, 1} {}
};

bool is_one_piece(const ByteRows& r) { return r.count == 1 || r.pitch == r.bytes; }

// A copy by the driver's call for one piece or the one for a rectangle.
template <class Piece, class Rows>
Status copied(const char* call, const ByteRows& r, Piece piece, Rows rows) {
  if (is_due(device_faults().transfer)) return opencl_status(call, CL_OUT_OF_RESOURCES);
  if (r.bytes == 0 || r.count == 0) return {};
  return opencl_status(call, is_one_piece(r) ? piece() : rows(Rectangle(r)));
}

Status to_device(DeviceQueue& queue, DeviceMemory& memory, const std::byte* host,
                 const ByteRows& r) {
  cl_command_queue q = queue.queue.get();
  cl_mem m = memory.memory.get();
  return copied(
      "clEnqueueWriteBuffer", r,
      [&] {
        return clEnqueueWriteBuffer(q, m, CL_TRUE, r.offset, r.bytes * r.count, host + r.offset, 0,
                                    nullptr, nullptr);
      },
      [&](const Rectangle& at) {
        return clEnqueueWriteBufferRect(q, m, CL_TRUE, at.origin, at.none, at.region, r.pitch, 0,
                                        r.pitch, 0, host + r.offset, 0, nullptr, nullptr);
      });
}

Status to_host(DeviceQueue& queue, DeviceMemory& memory, std::byte* host, const ByteRows& r) {
  cl_command_queue q = queue.queue.get();
  cl_mem m = memory.memory.get();
  return copied(
      "clEnqueueReadBuffer", r,
      [&] {
        return clEnqueueReadBuffer(q, m, CL_TRUE, r.offset, r.bytes * r.count, host + r.offset, 0,
                                   nullptr, nullptr);
      },
      [&](const Rectangle& at) {
        return clEnqueueReadBufferRect(q, m, CL_TRUE, at.origin, at.none, at.region, r.pitch, 0,
                                       r.pitch, 0, host + r.offset, 0, nullptr, nullptr);
      });
}

Status map(DeviceQueue& queue, DeviceMemory& memory, std::size_t offset, std::size_t bytes) {
  if (memory.mapped || bytes == 0) return {};
  if (is_due(device_faults().transfer))
    return opencl_status("clEnqueueMapBuffer", CL_OUT_OF_RESOURCES);
  cl_int code = CL_SUCCESS;
  memory.mapped =
      clEnqueueMapBuffer(queue.queue.get(), memory.memory.get(), CL_TRUE,
                         CL_MAP_READ | CL_MAP_WRITE, offset, bytes, 0, nullptr, nullptr, &code);
  return opencl_status("clEnqueueMapBuffer", code);
}

Status unmap(DeviceQueue& queue, DeviceMemory& memory) {
  if (!memory.mapped) return {};
  void* mapped = std::exchange(memory.mapped, nullptr);
  return opencl_status(
      "clEnqueueUnmapMemObject",
      clEnqueueUnmapMemObject(queue.queue.get(), memory.memory.get(), mapped, 0, nullptr, nullptr));
}

Status flush(DeviceQueue& queue) { return opencl_status("clFlush", clFlush(queue.queue.get())); }
Status finish(DeviceQueue& queue) { return opencl_status("clFinish", clFinish(queue.queue.get())); }

void CL_CALLBACK set_stamp(cl_event, cl_int, void* at) {
  static_cast<std::atomic<std::int64_t>*>(at)->store(now_ns());
}

Status stamp(DeviceQueue& queue, std::atomic<std::int64_t>& at) {
  cl_event done = nullptr;
  DLIS_TRY(opencl_status("clEnqueueMarkerWithWaitList",
                         clEnqueueMarkerWithWaitList(queue.queue.get(), 0, nullptr, &done)));
  const cl_int code = clSetEventCallback(done, CL_COMPLETE, set_stamp, &at);
  clReleaseEvent(done);
  return opencl_status("clSetEventCallback", code);
}

}  // namespace

constinit const Offload kOpenClOffload{
    .sharing = sharing,
    .open_queue = open_queue,
    .allocate = allocate,
    .to_device = to_device,
    .to_host = to_host,
    .map = map,
    .unmap = unmap,
    .flush = flush,
    .finish = finish,
    .stamp = stamp,
};

}  // namespace dlis
