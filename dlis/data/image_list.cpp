// Reads folders: a class each, labels.txt, or nothing but images.
#include "dlis/data/image_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "dlis/base/file.h"
#include "dlis/base/limits.h"
#include "dlis/base/text.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

// Not "._1.jpg", which macOS writes beside "1.jpg".
bool is_image(const fs::path& file) {
  if (file.filename().string().starts_with('.')) return false;
  const std::string end = lower(file.extension().string());
  return end == ".jpg" || end == ".jpeg" || end == ".png";
}

// Names in `folder` of one sort, in order, so that a run does not depend on the file system.
template <class Wanted>
Result<std::vector<fs::path>> entries(const fs::path& folder, Wanted wanted) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (wanted(*it)) found.push_back(it->path());
  if (error) return fail("the folder cannot be read: " + error.message(), folder.string());
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::vector<fs::path>> images_in(const fs::path& folder) {
  return entries(folder, [](const fs::directory_entry& entry) {
    std::error_code error;
    return entry.is_regular_file(error) && is_image(entry.path());
  });
}

Result<std::vector<fs::path>> folders_in(const fs::path& folder) {
  return entries(folder, [](const fs::directory_entry& entry) {
    std::error_code ignored;
    return entry.is_directory(ignored);
  });
}

// The class of each folder: its name where all are numbers, else its place in the order of names.
std::vector<std::int32_t> class_numbers(const std::vector<fs::path>& folders) {
  std::vector<std::int32_t> numbers;
  for (const fs::path& folder : folders)
    if (const auto number = parse_integer(folder.filename().string());
        number && *number >= 0 && *number < kMostClasses)
      numbers.push_back(std::int32_t(*number));
  if (numbers.size() == folders.size()) return numbers;
  numbers.resize(folders.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// The same where `all` are the classes: a part may lack some.
Result<std::vector<std::int32_t>> class_numbers(const std::vector<fs::path>& folders,
                                                const std::vector<fs::path>& all) {
  std::map<fs::path, std::int32_t> known;
  const std::vector<std::int32_t> numbers = class_numbers(all);
  for (std::size_t i = 0; i < all.size(); ++i) known[all[i].filename()] = numbers[i];
  std::vector<std::int32_t> found;
  for (const fs::path& folder : folders) {
    const auto number = known.find(folder.filename());
    if (number == known.end())
      return fail("the training images have no such class", folder.string(),
                  "train/ holds one folder for every class");
    found.push_back(number->second);
  }
  return found;
}

// The first image of every class, then the second of every class, ..., so that a limit is fair.
Result<ImageList> by_folders(const std::vector<fs::path>& folders,
                             const std::vector<fs::path>& all) {
  const std::vector<std::int32_t> numbers = DLIS_TRY(class_numbers(folders, all));
  std::vector<std::vector<fs::path>> files;
  for (const fs::path& folder : folders) files.push_back(DLIS_TRY(images_in(folder)));
  ImageList found;
  for (const std::int32_t number : class_numbers(all))
    found.classes = std::max(found.classes, number + 1);
  for (std::size_t i = 0, before = 1; before != 0; ++i) {
    before = 0;
    for (std::size_t k = 0; k < files.size(); ++k)
      if (i < files[k].size()) found.files.push_back({files[k][i], numbers[k]}), ++before;
  }
  return found;
}

// A list that is cut off would count fewer images without a word.
Status check_all_listed(const fs::path& folder, const ImageList& list) {
  std::set<fs::path> listed;
  for (const LabelledFile& image : list.files) listed.insert(image.file.lexically_normal());
  const std::vector<fs::path> images = DLIS_TRY(images_in(folder));
  const auto left_out = [&](const fs::path& file) {
    return !listed.contains(file.lexically_normal());
  };
  const auto first = std::ranges::find_if(images, left_out);
  if (first == images.end()) return {};
  return fail(fmt::format("{} of the {} images beside it have no line in it, the first is {}",
                          std::count_if(first, images.end(), left_out), images.size(),
                          first->filename().string()),
              (folder / "labels.txt").string(), "add their lines, or move them away");
}

Result<ImageList> by_list(const fs::path& folder) {
  const fs::path list = folder / "labels.txt";
  const std::string text = DLIS_TRY(read_text(list));
  ImageList found;
  int number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    const std::string_view content = trim(line);
    if (content.empty() || content.front() == '#') continue;
    const std::string where = fmt::format("{}, line {}", list.string(), number);
    const std::size_t blank = content.find_last_of(" \t");
    if (blank == std::string_view::npos)
      return fail("a line is a file and its class number", where);
    const std::int64_t label = DLIS_TRY(parse_integer(content.substr(blank + 1), where));
    if (label < 0 || label >= kMostClasses)
      return fail(fmt::format("a class number is 0 to {}", kMostClasses - 1), where);
    found.files.push_back({folder / trim(content.substr(0, blank)), std::int32_t(label)});
  }
  DLIS_TRY(check_all_listed(folder, found));
  return found;
}

}  // namespace

Result<ImageList> list_images(const fs::path& place, const fs::path& classes) {
  std::error_code error;
  if (!fs::is_directory(place, error))
    return fail("there is no such folder", place.string(),
                "it should hold JPEG or PNG files: one folder a class, or labels.txt beside them");
  if (fs::exists(place / "labels.txt", error)) return by_list(place);
  const std::vector<fs::path> folders = DLIS_TRY(folders_in(place));
  const std::vector<fs::path> all = DLIS_TRY(folders_in(classes));
  ImageList found = DLIS_TRY(by_folders(folders, all));
  if (!found.files.empty()) return found;
  found.classes = 0;
  for (fs::path& file : DLIS_TRY(images_in(place))) found.files.push_back({std::move(file), -1});
  return found;
}

}  // namespace dlis
