// The row `images`: a folder of JPEG and PNG files with one folder a class, or with labels.txt (a
// file and its class number a line), or without labels; or two of them, train/ and test/.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <numeric>
#include <thread>

#include "dlis/base/file.h"
#include "dlis/base/memory.h"
#include "dlis/base/text.h"
#include "dlis/data/dataset.h"
#include "dlis/data/image.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
constexpr const char* kOptions[] = {"split"};

struct Labelled {
  fs::path file;
  std::int32_t label = -1;
};

bool is_image(const fs::path& file) {
  const std::string end = lower(file.extension().string());
  return end == ".jpg" || end == ".jpeg" || end == ".png";
}

// Names in `folder` of one sort, in order, so that a run does not depend on the file system.
template <class Wanted>
std::vector<fs::path> entries(const fs::path& folder, Wanted wanted) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (wanted(*it)) found.push_back(it->path());
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> images_in(const fs::path& folder) {
  return entries(folder, [](const fs::directory_entry& entry) {
    std::error_code error;
    return entry.is_regular_file(error) && is_image(entry.path());
  });
}

std::vector<fs::path> folders_in(const fs::path& folder) {
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
        number && *number >= 0 && *number < 1000000)
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
Result<std::vector<Labelled>> by_folders(const std::vector<fs::path>& folders,
                                         const std::vector<fs::path>& all) {
  const std::vector<std::int32_t> numbers = DLIS_TRY(class_numbers(folders, all));
  std::vector<std::vector<fs::path>> files;
  for (const fs::path& folder : folders) files.push_back(images_in(folder));
  std::vector<Labelled> found;
  for (std::size_t i = 0, before = 1; before != 0; ++i) {
    before = 0;
    for (std::size_t k = 0; k < files.size(); ++k)
      if (i < files[k].size()) found.push_back({files[k][i], numbers[k]}), ++before;
  }
  return found;
}

Result<std::vector<Labelled>> by_list(const fs::path& folder) {
  const fs::path list = folder / "labels.txt";
  const std::string text = DLIS_TRY(read_text(list));
  std::vector<Labelled> found;
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
    if (label < 0 || label >= 1000000) return fail("a class number is 0 to 999999", where);
    found.push_back({folder / trim(content.substr(0, blank)), std::int32_t(label)});
  }
  return found;
}

// Those in `place`, numbered by the classes in `classes`.
Result<std::vector<Labelled>> find_images(const fs::path& place, const fs::path& classes) {
  std::error_code error;
  if (!fs::is_directory(place, error))
    return fail("there is no such folder", place.string(),
                "it should hold JPEG or PNG files: one folder a class, or labels.txt beside them");
  if (fs::exists(place / "labels.txt", error)) return by_list(place);
  std::vector<Labelled> found = DLIS_TRY(by_folders(folders_in(place), folders_in(classes)));
  if (found.empty())
    for (fs::path& file : images_in(place)) found.push_back({std::move(file), -1});
  return found;
}

bool is_divided(const fs::path& place) {
  std::error_code error;
  return fs::is_directory(place / "train", error) && fs::is_directory(place / "test", error);
}

// The folder to read: of train/ and test/ the one that is asked for.
Result<fs::path> part_of(const DatasetRequest& request, std::string& split) {
  const fs::path place = request.place;
  const auto given = request.options.find("split");
  if (!is_divided(place)) {
    if (given == request.options.end()) return place;
    return fail("there are no folders train and test in it", place.string(), "leave split out");
  }
  split = given == request.options.end() ? "test" : given->second;
  if (split != "test" && split != "train")
    return tl::unexpected(unknown_name("split", split, {"test", "train"}));
  return place / split;
}

// Every file as bytes of the network's size, decoded by all cores; an error ends it.
Status decode(const std::vector<Labelled>& files, const Shape& image, int resize, Tensor& images) {
  std::uint8_t* to = images.edit<std::uint8_t>().data();
  const auto decode_one = [&](std::size_t i) -> Status {
    const Tensor raw = DLIS_TRY(load_image(files[i].file, int(image[2])));
    const Tensor fitted = DLIS_TRY(fit_image(raw, image[0], image[1], resize));
    std::copy_n(fitted.as<std::uint8_t>().data(), image.elements(),
                to + std::int64_t(i) * image.elements());
    return {};
  };
  std::vector<Status> results(files.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i; (i = next++) < files.size();)
      if (results[i] = decode_one(i); !results[i]) next = files.size();
  };
  std::vector<std::jthread> helpers;
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  for (std::size_t i = 1; i < std::min(cores, files.size()); ++i) helpers.emplace_back(work);
  work();
  helpers.clear();
  for (Status& result : results)
    if (!result) return result;
  return {};
}

Result<Dataset> load(const DatasetRequest& request) {
  Dataset data;
  const fs::path place = DLIS_TRY(part_of(request, data.split));
  const fs::path classes = data.split.empty() ? place : place.parent_path() / "train";
  std::vector<Labelled> found = DLIS_TRY(find_images(place, classes));
  if (request.limit && request.limit < std::int64_t(found.size()))
    found.resize(std::size_t(request.limit));
  if (found.empty())
    return fail("there are no images", request.place,
                "it should hold JPEG or PNG files: one folder a class, or labels.txt beside them");
  const Shape& image = request.image;
  const auto count = std::int64_t(found.size());
  if (count > available_memory() / image.elements())
    return fail(fmt::format("{} images of {} bytes need more memory than is available", count,
                            image.elements()),
                request.place, "ask for fewer with ?limit=N");
  const int resize = request.how.resize_for(image[0], image[1]);
  data.images = Tensor(DType::u8, {count, image[0], image[1], image[2]});
  DLIS_TRY(decode(found, image, resize, data.images));
  for (const Labelled& entry : found) {
    data.labels.push_back(entry.label);
    data.classes = std::max(data.classes, entry.label + 1);
  }
  return data;
}

}  // namespace

extern constinit const DatasetRow images_row{
    .name = "images",
    .form = "images:DIR?split=test|train&limit=N",
    .options = kOptions,
    .load = load,
    .training =
        [](const std::string& place) {
          return std::string(is_divided(place) ? "split=train" : "");
        },
};

}  // namespace dlis
