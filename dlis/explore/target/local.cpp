// local:PROGRAM, a dlis-run on this machine, or whatever runs one ("qemu-aarch64 dlis-run").
#include "dlis/base/text.h"
#include "dlis/explore/target/target_row.h"

namespace dlis {
namespace {

Status check(const std::string& address) {
  if (!trim(address).empty()) return {};
  return fail("the program is missing", "--target", "write local:PROGRAM, the path of dlis-run");
}

Arguments shell(const std::string&, const std::string& script) { return {"sh", "-c", script}; }

std::string program(const std::string& address) { return address; }

}  // namespace

extern const TargetRow local_target;
constinit const TargetRow local_target{
    .name = "local",
    .form = "local:PROGRAM",
    .summary = "a dlis-run on this machine, as sh starts it: \"local:qemu-aarch64 ./dlis-run\"",
    .check = check,
    .shell = shell,
    .folder = "${XDG_CACHE_HOME:-$HOME/.cache}/dlis/local",
    .program = program,
};

}  // namespace dlis
