// Bytes from an address into a file, until it has all of them.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "dlis/data/download.h"

namespace dlis {

std::int64_t size_of_file(const std::filesystem::path& file);  // 0: there is none

// A name without a scheme is a file of this machine.
std::string address_of(const std::string& from);

// Until `part` has `most` bytes, or more, beginning behind those that it has. Servers that hang up
// or fail are asked again while that brings something, and five times after. Errors: the server's
// own words; less than `most` bytes are there; stopped.
Status bring(const std::string& address, const std::filesystem::path& part, std::int64_t most,
             const DownloadOptions& options);

}  // namespace dlis
