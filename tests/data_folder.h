// Where networks and images lie that are too large for the repository.
#pragma once
#include <cstdlib>
#include <filesystem>

namespace dlis {

// $DLIS_DATA/NAME, or in shared/data beside the repository. It may be missing: tests skip then.
inline std::filesystem::path data_folder(const char* name) {
  const char* given = std::getenv("DLIS_DATA");
  const std::filesystem::path beside = std::filesystem::path(DLIS_SOURCE_DIR) / "../shared/data";
  return (given ? std::filesystem::path(given) : beside) / name;
}

}  // namespace dlis
