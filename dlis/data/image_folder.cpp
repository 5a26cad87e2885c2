// The row `images`: a folder of JPEG and PNG files with one folder a class, or with labels.txt (a
// file and its class number a line), or without labels; or two of them, train/ and test/.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "dlis/base/memory.h"
#include "dlis/data/dataset.h"
#include "dlis/data/image.h"
#include "dlis/data/image_list.h"
#include "dlis/data/split_folder.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
constexpr const char* kOptions[] = {"split"};

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
  const fs::path place = DLIS_TRY(split_folder(request, data.split));
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
    .form = "images:DIR?split=test|train|heldout&limit=N",
    .options = kOptions,
    .load = load,
    .training = training_split,
    .held_out = held_out_split,
};

}  // namespace dlis
