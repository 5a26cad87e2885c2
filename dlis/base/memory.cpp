// Reads /proc and the control groups of Linux.
#include "dlis/base/memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "dlis/base/cgroup.h"
#include "dlis/base/file.h"
#include "dlis/base/text.h"

namespace dlis {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

// The number behind `key` in "key: 123 kB" or "key 123" lines.
std::optional<std::int64_t> number_after(const std::string& text, std::string_view key) {
  for (std::string_view line : split(text, '\n')) {
    if (!line.starts_with(key)) continue;
    line = trim(line.substr(key.size()));
    if (const auto value = parse_integer(line.substr(0, line.find(' ')))) return *value;
  }
  return std::nullopt;
}

std::optional<std::int64_t> number_in(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return std::nullopt;
  const auto value = parse_integer(trim(*text));
  return value ? std::optional(*value) : std::nullopt;
}

// What one group leaves; file pages that the kernel can drop count as free.
std::int64_t left_in(const ControlGroup& group) {
  const bool v2 = group.version == 2;
  const auto limit = number_in(group.folder / (v2 ? "memory.max" : "memory.limit_in_bytes"));
  const auto used = number_in(group.folder / (v2 ? "memory.current" : "memory.usage_in_bytes"));
  if (!limit || !used) return kUnlimited;
  const auto stat = read_text(group.folder / "memory.stat");
  const char* key = v2 ? "inactive_file " : "total_inactive_file ";
  const std::int64_t cache = stat ? number_after(*stat, key).value_or(0) : 0;
  return std::max<std::int64_t>(0, *limit - std::max<std::int64_t>(0, *used - cache));
}

std::int64_t status_bytes(std::string_view key) {
  const auto text = read_text("/proc/self/status");
  return text ? number_after(*text, key).value_or(0) * 1024 : 0;
}

}  // namespace

std::int64_t available_memory(const fs::path& root) {
  const auto info = read_text(root / "proc/meminfo");
  std::optional<std::int64_t> kibibytes;
  if (info) kibibytes = number_after(*info, "MemAvailable:");
  const std::int64_t system =
      kibibytes && *kibibytes < kUnlimited / 1024 ? *kibibytes * 1024 : kUnlimited;
  std::int64_t least = system;
  for (const ControlGroup& group : control_groups(root, "memory"))
    least = std::min(least, left_in(group));
  return least;
}

std::int64_t resident_bytes() { return status_bytes("VmRSS:"); }
std::int64_t peak_resident_bytes() { return status_bytes("VmHWM:"); }

void return_freed_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

ResidentGrowth::ResidentGrowth() {
  return_freed_memory();
  // "5" resets the high-water mark (Linux 4.0 and later, proc(5)).
  if (const int file = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC); file >= 0) {
    if (::write(file, "5", 1) != 1) { /* the mark stays: see peak_bytes */
    }
    ::close(file);
  }
  start_ = resident_bytes();
}

std::int64_t ResidentGrowth::bytes() const { return resident_bytes() - start_; }
std::int64_t ResidentGrowth::peak_bytes() const { return peak_resident_bytes() - start_; }

}  // namespace dlis
