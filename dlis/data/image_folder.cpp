// The row `images`: a folder of JPEG and PNG files with one folder a class, or with labels.txt (a
// file and its class number a line), or without labels; or two of them, train/ and test/.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "dlis/base/memory.h"
#include "dlis/base/text.h"
#include "dlis/data/dataset.h"
#include "dlis/data/image.h"
#include "dlis/data/image_list.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
constexpr const char* kOptions[] = {"split"};

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
Status decode(const std::vector<LabelledFile>& files, const Shape& image, int resize,
              Tensor& images) {
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
  ImageList list = DLIS_TRY(list_images(place, classes));
  std::vector<LabelledFile>& found = list.files;
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
  data.classes = list.classes;
  for (const LabelledFile& entry : found) data.labels.push_back(entry.label);
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
