// Data sets from where they are published: the only place where dlis reads the network.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "dlis/base/result.h"

namespace dlis {

// A line of downloads.inc: a .tar.gz archive that is known to the byte.
struct Download {
  const char* name;  // of the kind of data that reads it
  const char* url;
  std::int64_t bytes;
  const char* sha256;  // 64 digits
  const char* folder;  // what it unpacks to
};
std::span<const Download> downloads();
Result<Download> find_download(const std::string& name);  // errors name the nearest ones

// From where and to where.
struct DownloadOptions {
  std::string from;  // another address of the same archive, or a file; empty: the published one
  double wait_seconds = 2;                           // before a server that failed is asked again
  std::function<bool(std::int64_t bytes)> progress;  // that have arrived; false stops
};

// Brings the archive (`curl`), compares its SHA-256 (`sha256sum`) and unpacks it (`tar`) to
// `folder` / its folder, which exists afterwards, whole, or not at all. What had arrived when the
// connection was cut, or this program was killed, is kept in `folder` and not asked for again.
// False: it was there already. Errors: no such program; the server's own words; other bytes than
// those that were published; the disk; stopped.
Result<bool> fetch(const Download& download, const std::filesystem::path& folder,
                   const DownloadOptions& options = {});

}  // namespace dlis
