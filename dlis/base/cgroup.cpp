// Reads /proc/self/cgroup (cgroups(7)).
#include "dlis/base/cgroup.h"

#include <algorithm>

#include "dlis/base/file.h"
#include "dlis/base/text.h"

namespace dlis {
namespace fs = std::filesystem;
namespace {

void add_path(const fs::path& mount, std::string_view path, int version,
              std::vector<ControlGroup>& groups) {
  groups.push_back({mount, version});
  fs::path folder = mount;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == "..") continue;
    folder /= part;
    groups.push_back({folder, version});
  }
}

}  // namespace

std::vector<ControlGroup> control_groups(const fs::path& root, std::string_view controller) {
  const auto text = read_text(root / "proc/self/cgroup", 1 << 20);
  std::vector<ControlGroup> groups;
  if (!text) return groups;
  const fs::path mount = root / "sys/fs/cgroup";
  for (const std::string_view line : split(*text, '\n')) {
    const auto parts = split(line, ':');  // "0::/path" (v2) or "4:cpu,cpuacct:/path" (v1)
    if (parts.size() != 3) continue;
    if (parts[1].empty()) {
      add_path(mount, parts[2], 2, groups);
      continue;
    }
    const auto names = split(parts[1], ',');
    if (std::find(names.begin(), names.end(), controller) == names.end()) continue;
    add_path(mount / controller, parts[2], 1, groups);
    if (names.size() > 1) add_path(mount / parts[1], parts[2], 1, groups);
  }
  return groups;
}

}  // namespace dlis
