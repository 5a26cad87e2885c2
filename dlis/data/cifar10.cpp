// The row `cifar10`: the binary batches of CIFAR-10 (Krizhevsky, "Learning Multiple Layers of
// Features from Tiny Images", 2009). A record is a label byte and 3 x 32 x 32 bytes, red, green,
// blue planes.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "dlis/base/file.h"
#include "dlis/base/text.h"
#include "dlis/data/dataset.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kSide = 32, kPixels = kSide * kSide, kRecord = 1 + 3 * kPixels;
constexpr std::int64_t kFullFile = 10000 * kRecord;

constexpr std::int64_t kHeldOut = 5000;

constexpr const char* kOptions[] = {"split"};

Result<std::vector<std::string>> files_of(const std::string& split) {
  if (split == "test") return std::vector<std::string>{"test_batch.bin"};
  if (split == "heldout") return std::vector<std::string>{"data_batch_5.bin"};
  if (split != "train")
    return tl::unexpected(unknown_name("split", split, {"test", "train", "heldout"}));
  std::vector<std::string> files;
  for (int i = 1; i <= 5; ++i) files.push_back(fmt::format("data_batch_{}.bin", i));
  return files;
}

Error missing(const fs::path& place, const std::string& what) {
  return {
      what, place.string(),
      fmt::format("it should hold test_batch.bin and data_batch_1.bin to data_batch_5.bin, each "
                  "10,000 records of {} bytes ({} in all), as in cifar-10-binary.tar.gz",
                  kRecord, kFullFile)};
}

Status check_file(const Buffer& bytes, const fs::path& file) {
  const auto size = std::int64_t(bytes.size());
  if (size % kRecord != 0)
    return fail(
        fmt::format("the file is truncated or no CIFAR-10 batch: it has {} bytes, which is {} "
                    "records of {} bytes and {} bytes left over",
                    size, size / kRecord, kRecord, size % kRecord),
        file.string(), fmt::format("a full batch has {} bytes", kFullFile));
  for (std::int64_t i = 0; i < size; i += kRecord)
    if (const int label = int(bytes.data()[i]); label > 9)
      return fail(
          fmt::format("record {} has the label {}, CIFAR-10 has 0 to 9", i / kRecord, label),
          file.string(), "this is another data set or a damaged file");
  return {};
}

// Planes to channels last.
void append(const Buffer& bytes, std::int64_t first, std::int64_t count,
            std::vector<std::uint8_t>& images, std::vector<std::int32_t>& labels) {
  for (std::int64_t i = first; i < first + count; ++i) {
    const auto* record = reinterpret_cast<const std::uint8_t*>(bytes.data()) + i * kRecord;
    labels.push_back(record[0]);
    for (std::int64_t p = 0; p < kPixels; ++p)
      for (std::int64_t c = 0; c < 3; ++c) images.push_back(record[1 + c * kPixels + p]);
  }
}

Result<Dataset> load(const DatasetRequest& request) {
  if (request.image != Shape{kSide, kSide, 3})
    return fail(
        fmt::format("the network takes images of {} (height, width, channels), CIFAR-10 has "
                    "32x32x3",
                    request.image.text()));
  std::error_code error;
  fs::path place = request.place;
  if (!fs::is_directory(place, error))
    return tl::unexpected(missing(place, "there is no such folder"));
  if (fs::is_directory(place / "cifar-10-batches-bin", error)) place /= "cifar-10-batches-bin";

  Dataset data{.split = "test", .classes = 10};
  if (const auto split = request.options.find("split"); split != request.options.end())
    data.split = split->second;
  const std::int64_t limit = request.limit ? request.limit : std::int64_t(1) << 40;
  std::vector<std::uint8_t> images;
  for (const std::string& name : DLIS_TRY(files_of(data.split))) {
    const std::int64_t wanted = limit - std::int64_t(data.labels.size());
    if (wanted <= 0) break;
    if (!fs::exists(place / name, error))
      return tl::unexpected(missing(place, "there is no " + name));
    const Buffer bytes = DLIS_TRY(read_file(place / name));
    DLIS_TRY(check_file(bytes, place / name));
    const std::int64_t records = std::int64_t(bytes.size()) / kRecord;
    const std::int64_t first = data.split == "heldout" ? std::max(records - kHeldOut, 0L) : 0;
    append(bytes, first, std::min(wanted, records - first), images, data.labels);
  }
  data.images =
      Tensor::of<std::uint8_t>({std::int64_t(data.labels.size()), kSide, kSide, 3}, images);
  return data;
}

}  // namespace

extern constinit const DatasetRow cifar10_row{
    .name = "cifar10",
    .form = "cifar10:DIR?split=test|train|heldout&limit=N",
    .options = kOptions,
    .load = load,
    .training = [](const std::string&) { return std::string("split=train&limit=45000"); },
    .held_out = [](const std::string&) { return std::string("split=heldout"); },
};

}  // namespace dlis
