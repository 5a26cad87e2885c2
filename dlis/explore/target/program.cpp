// Looks where builds put it.
#include "dlis/explore/target/program.h"

#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "dlis/base/capability.h"
#include "dlis/base/file.h"
#include "dlis/base/library.h"

namespace dlis {

Result<std::filesystem::path> program_for(const std::string& machine) {
  const bool arm64 = machine == "aarch64" || machine == "arm64";
  const bool armhf = machine.starts_with("armv7") || machine.starts_with("armv8");
  const std::filesystem::path here = folder_of_program();
  std::vector<std::filesystem::path> places;
  if (arm64) places.push_back(here.parent_path() / "arm64/dlis-run");
  if (armhf) places.push_back(here.parent_path() / "armhf/dlis-run");
#if defined(__x86_64__)
  const bool same = machine == "x86_64";
#else
  const bool same = arm64;
#endif
  if (same) places = {here.parent_path() / "device/dlis-run", here / "dlis-run"};
  std::error_code error;
  for (const std::filesystem::path& place : places)
    if (std::filesystem::exists(place, error)) return place;
  if (arm64 && !same) return tl::unexpected(lacking(arm64_capability));
  if (armhf) return tl::unexpected(lacking(armhf_capability));
  return fail(fmt::format("there is no dlis-run for '{}'", machine), here.string(),
              "build one there, and name it with --runner FILE");
}

Result<Mapping> map_program(const std::filesystem::path& program) {
  constexpr std::string_view kElf =
      "\x7f"
      "ELF";
  Mapping file = DLIS_TRY(map_file(program));
  if (file.bytes.size() > kElf.size() &&
      std::memcmp(file.bytes.data(), kElf.data(), kElf.size()) == 0)
    return file;
  return fail("it is no program", program.string(), "name the dlis-run for that machine");
}

}  // namespace dlis
