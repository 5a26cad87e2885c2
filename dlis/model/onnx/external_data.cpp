// Weights that an ONNX file keeps in another file of its folder.
#include "dlis/model/onnx/external_data.h"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <optional>

#include "dlis/base/text.h"

namespace dlis {
namespace fs = std::filesystem;
namespace {

struct Part {
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};

Result<std::uint64_t> count(const std::string& text, const std::string& key) {
  const auto number = parse_integer(text, key);
  if (!number || *number < 0)
    return fail(fmt::format("the external data's {} '{}' is not a size", key, text));
  return std::uint64_t(*number);
}

Result<Part> part_of(const onnx::TensorProto& proto) {
  Part part;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") part.location = entry.value();
    if (entry.key() == "offset") part.offset = DLIS_TRY(count(entry.value(), "offset"));
    if (entry.key() == "length") part.length = DLIS_TRY(count(entry.value(), "length"));
  }
  if (part.location.empty() || part.location.find('\0') != std::string::npos)
    return fail("its external data names no file");
  return part;
}

bool goes_up(const fs::path& path) {
  for (const fs::path& step : path)
    if (step == "..") return true;
  return false;
}

bool inside(const fs::path& file, const fs::path& folder) {
  const auto [mismatch, rest] =
      std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return mismatch == folder.end() && rest != file.end();
}

Result<fs::path> resolve(const std::string& location, const fs::path& folder) {
  const Error outside{
      fmt::format("its external data '{}' lies outside the model's folder", location),
      {},
      "move it beside the model"};
  const fs::path relative(location);
  if (folder.empty()) return fail("external data needs a model that is read from a file");
  if (relative.is_absolute() || goes_up(relative)) return tl::unexpected(outside);
  std::error_code code;
  const fs::path home = fs::canonical(folder, code);
  if (code) return fail("the model's folder cannot be read: " + code.message());
  const fs::path file = fs::canonical(home / relative, code);
  if (code)
    return fail(fmt::format("its external data '{}' cannot be read: {}", location, code.message()));
  if (!inside(file, home)) return tl::unexpected(outside);
  if (!fs::is_regular_file(file, code))
    return fail(fmt::format("its external data '{}' is not a regular file", location));
  return file;
}

}  // namespace

Result<std::string> read_external(const onnx::TensorProto& proto, std::size_t size,
                                  const fs::path& folder) {
  const Part part = DLIS_TRY(part_of(proto));
  const fs::path file = DLIS_TRY(resolve(part.location, folder));
  if (part.length.value_or(size) != size)
    return fail(fmt::format("its shape needs {} bytes, its external data states {}", size,
                            part.length.value_or(size)));
  std::error_code code;
  const std::uint64_t there = fs::file_size(file, code);
  if (code || part.offset > there || size > there - part.offset)
    return fail(fmt::format("its external data ends past the end of '{}'", part.location), {},
                "the file is truncated or belongs to another model");
  std::string bytes(size, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(std::streamoff(part.offset));
  if (!stream.read(bytes.data(), std::streamsize(size)) && size != 0)
    return fail(fmt::format("its external data '{}' cannot be read", part.location));
  return bytes;
}

}  // namespace dlis
