// Numbers as the files of sysfs have them.
#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/hardware/sysfs.h"

namespace dlis::sysfs {
namespace {

// Linux's own limit; larger numbers, or more of them, are a damaged file.
constexpr std::size_t kMostCpus = 8192;

std::optional<std::int64_t> number_in(std::string_view text) {
  const auto value = parse_integer(text);
  return value ? std::optional(*value) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_size(std::string_view text) {
  int shift = 0;
  if (text.ends_with('K')) shift = 10;
  if (text.ends_with('M')) shift = 20;
  if (shift) text.remove_suffix(1);
  const auto value = number_in(text);
  if (!value || *value <= 0 || *value > (std::int64_t(1) << 40 >> shift)) return std::nullopt;
  return *value << shift;
}

std::vector<int> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  for (const std::string_view part : split(trim(text), ',')) {
    const auto ends = split(part, '-');
    const auto first = number_in(ends[0]), last = number_in(ends.back());
    if (ends.size() > 2 || !first || !last || *first < 0 || *last < *first ||
        *last >= std::int64_t(kMostCpus))
      return {};
    if (cpus.size() + std::size_t(*last - *first) >= kMostCpus) return {};
    for (std::int64_t cpu = *first; cpu <= *last; ++cpu) cpus.push_back(int(cpu));
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

}  // namespace dlis::sysfs
