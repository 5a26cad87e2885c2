// The dlis-run that a target gets.
#pragma once
#include <filesystem>
#include <string>

#include "dlis/base/mapping.h"
#include "dlis/base/result.h"

namespace dlis {

// For a machine as `uname -m` names it: beside this command, or its cross build. Errors: there is
// none.
Result<std::filesystem::path> program_for(const std::string& machine);

// Its bytes. Errors: those of reading; it is no program of Linux (a shell would run a text's
// lines).
Result<Mapping> map_program(const std::filesystem::path& program);

}  // namespace dlis
