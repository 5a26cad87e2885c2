// Measured times, kept between runs: one text line each, appended, so that several processes may
// share the file and a killed one spoils nothing.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace dlis {

// Times by key: what decides a time, as text. One process may add to a file that others read.
class ChoiceCache {
 public:
  // An unreadable file or damaged lines are as good as nothing measured. Empty: the user's folder,
  // $XDG_CACHE_HOME/dlis/choices.tsv or ~/.cache/dlis/choices.tsv.
  explicit ChoiceCache(std::filesystem::path file);
  std::optional<double> find(const std::string& key) const;  // milliseconds
  void put(const std::string& key, double milliseconds);

 private:
  std::filesystem::path file_;
  std::map<std::string, double> times_;
};

std::filesystem::path default_cache_file();  // empty where the user has no home

}  // namespace dlis
