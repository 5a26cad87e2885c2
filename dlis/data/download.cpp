// Drives curl, sha256sum and tar, and gives a folder its name last.
#include "dlis/data/download.h"

#include <fmt/format.h>

#include <vector>

#include "dlis/base/file_lock.h"
#include "dlis/base/process.h"
#include "dlis/base/text.h"
#include "dlis/data/transfer.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

struct Place {
  fs::path lock, part, unpacked, folder;
};
Place place_of(const Download& download, const fs::path& folder) {
  const std::string name = download.name;
  return {folder / ("." + name + ".lock"), folder / (name + ".tar.gz.part"),
          folder / ("." + name + ".unpacked"), folder / download.folder};
}

// The program's own words where it fails.
Result<std::string> output_of(std::vector<std::string> arguments) {
  const std::string name = arguments[0];
  Finished finished = DLIS_TRY(run_program(std::move(arguments)));
  if (finished.status == 0) return std::move(finished.out);
  return fail(
      finished.last.empty() ? fmt::format("it ended with {}", finished.status) : finished.last,
      name, "is the disk full?");
}

Result<std::string> sha256_of(const fs::path& file) {
  const std::string out = DLIS_TRY(output_of({"sha256sum", "--", file.string()}));
  return out.substr(out.starts_with('\\') ? 1 : 0, 64);  // in front of a name with odd characters
}

// Whole archives only. What a former run left may be of another one: then all of it comes anew,
// once.
Status bring_whole(const Download& download, const fs::path& part, const DownloadOptions& options) {
  const std::string address =
      options.from.empty() ? std::string(download.url) : address_of(options.from);
  for (bool is_new = size_of_file(part) == 0;; is_new = true) {
    DLIS_TRY(bring(address, part, download.bytes, options));
    const std::int64_t bytes = size_of_file(part);
    const std::string sha256 =
        bytes == download.bytes ? DLIS_TRY(sha256_of(part)) : fmt::format("of {} bytes", bytes);
    if (sha256 == download.sha256) return {};
    std::error_code ignored;
    fs::remove(part, ignored);
    if (is_new)
      return fail(
          fmt::format("these are not the bytes that were published: SHA-256 {} instead of {}",
                      sha256, download.sha256),
          address, "nothing was kept; give another address with --from");
  }
}

// Written to the disk before it gets its name.
Status unpack(const Download& download, const Place& place) {
  std::error_code error;
  fs::remove_all(place.unpacked, error);
  fs::create_directories(place.unpacked, error);
  if (error) return fail(error.message(), place.unpacked.string());
  DLIS_TRY(output_of(
      {"tar", "--no-same-owner", "-xzf", place.part.string(), "-C", place.unpacked.string()}));
  DLIS_TRY(output_of({"sync", "-f", "--", place.unpacked.string()}));
  fs::rename(place.unpacked / download.folder, place.folder, error);
  if (error) return fail(error.message(), place.folder.string());
  fs::remove_all(place.unpacked, error);
  fs::remove(place.part, error);
  return {};
}

}  // namespace

std::span<const Download> downloads() {
  static constexpr Download kAll[] = {
#define DLIS_DOWNLOAD(name, url, bytes, sha256, folder) {#name, url, bytes, sha256, folder},
#include "dlis/data/downloads.inc"
#undef DLIS_DOWNLOAD
  };
  return kAll;
}

Result<Download> find_download(const std::string& name) {
  std::vector<std::string> names;
  for (const Download& download : downloads()) {
    if (name == download.name) return download;
    names.emplace_back(download.name);
  }
  return tl::unexpected(unknown_name("data set", name, names));
}

Result<bool> fetch(const Download& download, const fs::path& folder,
                   const DownloadOptions& options) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail("the folder cannot be made: " + error.message(), folder.string());
  const Place place = place_of(download, folder);
  const FileLock alone = DLIS_TRY(FileLock::take(place.lock));
  if (fs::exists(place.folder, error)) return false;
  DLIS_TRY(bring_whole(download, place.part, options));
  DLIS_TRY(unpack(download, place));
  return true;
}

}  // namespace dlis
