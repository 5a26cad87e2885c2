// A way to another machine: how a script runs there, and how a file gets there.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dlis/base/capability.h"

namespace dlis {

using Arguments = std::vector<std::string>;  // of a program, itself first

// A row of targets.inc. An address is what follows the colon.
struct TargetRow {
  const char* name;     // "ssh"
  const char* form;     // "ssh:HOST"
  const char* summary;  // for help
  Status (*check)(const std::string& address);
  // Runs a script of the target's POSIX shell, whose standard streams are the program's.
  Arguments (*shell)(const std::string& address, const std::string& script);
  // Where files lie there, as that shell reads it between double quotes.
  const char* folder;
  // Brings a file to a name in that folder; null: through the shell's standard input.
  Arguments (*push)(const std::string& address, const std::filesystem::path& file,
                    const std::string& name) = nullptr;
  // What runs as `dlis-run` there, as that shell reads it; null: dlis-run is brought.
  std::string (*program)(const std::string& address) = nullptr;
  const Capability* needs = nullptr;  // lacking where what `shell` begins with is not on PATH
};

// That what a row needs is here, or its sentence.
Status check_needs(const TargetRow& row);

// The rows of targets.inc.
std::span<const TargetRow* const> target_rows();

// "ssh:board" as its row and its address. Errors: an unknown row, an address that the row refuses.
struct TargetName {
  const TargetRow* row = nullptr;
  std::string address;
};
Result<TargetName> parse_target(const std::string& text);

// That an address begins with a letter or digit (or one of `first`), so that no program takes it
// for an option, and holds only those and `others`.
Status check_address(const std::string& address, std::string_view others, std::string_view kind,
                     std::string_view first = "");

}  // namespace dlis
