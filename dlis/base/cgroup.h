// The control groups of Linux that this process is in: limits of containers and batch systems.
#pragma once
#include <filesystem>
#include <string_view>
#include <vector>

namespace dlis {

// The folder of a group, whose limits bind all below it.
struct ControlGroup {
  std::filesystem::path folder;
  int version = 2;  // of the interface: the files' names depend on it
};

// The groups that limit `controller` ("cpu", "memory"): the mount point's own first (inside a
// container that is the container's), then every group on the way down. Folders may be missing;
// empty where there are no control groups. `root` is "/" or a recorded board.
std::vector<ControlGroup> control_groups(const std::filesystem::path& root,
                                         std::string_view controller);

}  // namespace dlis
