// Reads and appends `key <tab> milliseconds` lines.
#include "dlis/runtime/choice_cache.h"

#include <fmt/format.h>

#include <fstream>

#include "dlis/base/cache_folder.h"
#include "dlis/base/text.h"

namespace dlis {

std::filesystem::path default_cache_file() {
  const auto folder = cache_folder();
  return folder.empty() ? folder : folder / "choices.tsv";
}

ChoiceCache::ChoiceCache(std::filesystem::path file)
    : file_(file.empty() ? default_cache_file() : std::move(file)) {
  std::error_code ignored;
  const auto status = std::filesystem::status(file_, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    file_.clear();  // a pipe or a folder in its place: no cache
    return;
  }
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);) {
    if (in.eof()) break;  // without its end: somebody is writing it, or was killed
    const auto tab = line.rfind('\t');
    if (tab == std::string::npos) continue;
    const auto time = parse_real(std::string_view(line).substr(tab + 1));
    if (time && *time > 0) times_[line.substr(0, tab)] = *time;
  }
}

std::optional<double> ChoiceCache::find(const std::string& key) const {
  const auto it = times_.find(key);
  return it == times_.end() ? std::nullopt : std::optional(it->second);
}

void ChoiceCache::put(const std::string& key, double milliseconds) {
  times_[key] = milliseconds;
  if (file_.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(file_.parent_path(), ignored);
  std::ofstream(file_, std::ios::app)
      << fmt::format("{}\t{:.6f}\n", key, milliseconds) << std::flush;
}

}  // namespace dlis
