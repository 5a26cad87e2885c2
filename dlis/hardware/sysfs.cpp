// Small reads from sysfs under a root.
#include "dlis/hardware/sysfs.h"

#include <fmt/format.h>

#include "dlis/base/cgroup.h"
#include "dlis/base/file.h"
#include "dlis/base/text.h"

namespace dlis::sysfs {
namespace fs = std::filesystem;

namespace {
std::optional<std::int64_t> number(std::string_view text) {
  const auto value = parse_integer(text);
  return value ? std::optional(*value) : std::nullopt;
}

// "150000 100000" (v2, "max" for none) or two files (v1, -1 for none), in microseconds.
double quota_of(const ControlGroup& group) {
  std::optional<std::int64_t> quota, period;
  if (group.version == 2) {
    const std::string both = text(group.folder / "cpu.max");
    const auto parts = split(both, ' ');
    if (parts.size() == 2) quota = number(parts[0]), period = number(parts[1]);
  } else {
    quota = integer(group.folder / "cpu.cfs_quota_us");
    period = integer(group.folder / "cpu.cfs_period_us");
  }
  if (!quota || !period || *quota <= 0 || *period <= 0) return 0;
  return double(*quota) / double(*period);
}
}  // namespace

std::string text(const fs::path& file) {
  const auto content = read_text(file, 1 << 20);
  return content ? std::string(trim(*content)) : std::string();
}

std::optional<std::int64_t> integer(const fs::path& file) { return number(text(file)); }

std::vector<Cache> caches(const fs::path& cpu_folder) {
  std::vector<Cache> found;
  for (int index = 0; index < 8; ++index) {
    const fs::path folder = cpu_folder / "cache" / fmt::format("index{}", index);
    const auto level = integer(folder / "level");
    const auto bytes = parse_size(text(folder / "size"));
    if (level && bytes && text(folder / "type") != "Instruction") found.push_back({*level, *bytes});
  }
  return found;
}

double cpu_quota(const fs::path& root) {
  double least = 0;
  for (const ControlGroup& group : control_groups(root, "cpu"))
    if (const double quota = quota_of(group); quota > 0 && (least == 0 || quota < least))
      least = quota;
  return least;
}

}  // namespace dlis::sysfs
