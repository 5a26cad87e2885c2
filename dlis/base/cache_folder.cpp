#include "dlis/base/cache_folder.h"

#include <cstdlib>

namespace dlis {

std::filesystem::path cache_folder() {
  const auto folder = [](const char* name) {
    const char* value = std::getenv(name);
    return std::filesystem::path(value ? value : "");
  };
  const auto cache = folder("XDG_CACHE_HOME"), home = folder("HOME");
  if (!cache.empty()) return cache / "dlis";
  return home.empty() ? home : home / ".cache" / "dlis";
}

}  // namespace dlis
