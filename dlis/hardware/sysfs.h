// Small reads from sysfs under a root; what is missing or malformed is absent, never an error.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dlis::sysfs {

std::string text(const std::filesystem::path& file);  // trimmed; empty where there is none
std::optional<std::int64_t> integer(const std::filesystem::path& file);

// "32K", "8192K", "32M" or plain bytes.
std::optional<std::int64_t> parse_size(std::string_view text);

// "0-3,6" to {0, 1, 2, 3, 6}, ascending; empty where any part makes no sense.
std::vector<int> parse_cpu_list(std::string_view text);

struct Cache {
  std::int64_t level = 0, bytes = 0;
};
// Data and unified caches of one CPU's folder, in the order of their indices.
std::vector<Cache> caches(const std::filesystem::path& cpu_folder);

// The smallest limit over the process's control groups, in CPUs; 0: none.
double cpu_quota(const std::filesystem::path& root);

}  // namespace dlis::sysfs
