// Which part of a folder is read.
#include "dlis/data/split_folder.h"

#include <algorithm>

#include "dlis/base/text.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& place) {
  std::error_code error;
  return fs::is_directory(place, error);
}

}  // namespace

bool is_divided(const fs::path& place) {
  return is_folder(place / "train") && is_folder(place / "test");
}

Result<fs::path> split_folder(const DatasetRequest& request, std::string& split) {
  const fs::path place = request.place;
  const auto given = request.options.find("split");
  if (!is_divided(place)) {
    if (given == request.options.end()) return place;
    return fail("there are no folders train and test in it", place.string(), "leave split out");
  }
  std::vector<std::string> known{"test", "train"};
  if (is_folder(place / "heldout")) known.emplace_back("heldout");
  split = given == request.options.end() ? "test" : given->second;
  if (std::find(known.begin(), known.end(), split) == known.end())
    return tl::unexpected(unknown_name("split", split, known));
  return place / split;
}

std::string training_split(const std::string& place) {
  return is_divided(place) ? "split=train" : "";
}

std::string held_out_split(const std::string& place) {
  return is_divided(place) && is_folder(fs::path(place) / "heldout") ? "split=heldout"
                                                                     : training_split(place);
}

}  // namespace dlis
