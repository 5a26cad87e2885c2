// adb:SERIAL, an Android device. Files go by `adb push`: the shell of old versions changes bytes.
#include "dlis/explore/target/target_row.h"

namespace dlis {
namespace {

constexpr const char* kFolder = "/data/local/tmp/dlis";  // where a shell's user may run programs

Status check(const std::string& address) {
  return check_address(address, "._-:", "serial number for adb (see `adb devices`)");
}

Arguments shell(const std::string& address, const std::string& script) {
  return {"adb", "-s", address, "shell", script};
}

Arguments push(const std::string& address, const std::filesystem::path& file,
               const std::string& name) {
  return {"adb", "-s", address, "push", file.string(), std::string(kFolder) + "/" + name};
}

}  // namespace

extern const TargetRow adb_target;
constinit const TargetRow adb_target{
    .name = "adb",
    .form = "adb:SERIAL",
    .summary = "an Android device of `adb devices`",
    .check = check,
    .shell = shell,
    .folder = kFolder,
    .push = push,
    .needs = &adb_capability,
};

}  // namespace dlis
