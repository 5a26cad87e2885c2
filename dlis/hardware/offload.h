// What a device that computes beside the processor offers, without its headers: memory, and a queue
// of commands.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "dlis/base/result.h"

namespace dlis {

struct DeviceMemory;  // bytes that the device's kernels see
struct DeviceQueue;   // commands that are done in the order in which they were given

// `count` runs of `bytes` each, `pitch` apart, at the same offsets in host and device memory.
struct ByteRows {
  std::size_t offset = 0, bytes = 0, count = 1, pitch = 0;
};

// Whether a kernel may work in the host's memory.
enum class Sharing : std::uint8_t {
  none,      // the device has its own: what changes sides is copied
  in_turns,  // in place, while the host leaves it alone (mapped and unmapped)
  at_once    // in place, while the host works on other parts of it
};

// Every call may be made from any thread; one queue belongs to one thread at a time. Errors: what
// the driver says, as one sentence.
struct Offload {
  Sharing (*sharing)();
  Result<std::shared_ptr<DeviceQueue>> (*open_queue)();
  // With `host` (a multiple of kDevicePage, which has to stay) the kernels work there, in place;
  // else in `bytes` of the device's own memory, undefined at first.
  Result<std::shared_ptr<DeviceMemory>> (*allocate)(std::size_t bytes, std::byte* host);
  // Copies between `host` + offset and the device's offset; both wait until it is done.
  Status (*to_device)(DeviceQueue& queue, DeviceMemory& memory, const std::byte* host,
                      const ByteRows& rows);
  Status (*to_host)(DeviceQueue& queue, DeviceMemory& memory, std::byte* host,
                    const ByteRows& rows);
  // Of memory that works in place: waits for all commands, then the host may read and write these
  // bytes until it gives them back, which is before the next kernel.
  Status (*map)(DeviceQueue& queue, DeviceMemory& memory, std::size_t offset, std::size_t bytes);
  Status (*unmap)(DeviceQueue& queue, DeviceMemory& memory);
  Status (*flush)(DeviceQueue& queue);   // the device begins with what it was given
  Status (*finish)(DeviceQueue& queue);  // waits for all of it
  // Sets `at` to now_ns() once all commands so far are done: some time after `finish` at the
  // latest, so `at` has to stay until it is set.
  Status (*stamp)(DeviceQueue& queue, std::atomic<std::int64_t>& at);
};

inline constexpr std::size_t kDevicePage = 4096;  // drivers copy what does not begin at a page

}  // namespace dlis
