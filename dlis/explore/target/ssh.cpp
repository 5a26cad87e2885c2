// ssh:HOST, with the user's own configuration. The first connection carries the later ones
// (ControlMaster), so that bringing a file costs no handshake; nothing outlives the command.
#include <algorithm>
#include <cstdlib>

#include "dlis/base/cache_folder.h"
#include "dlis/base/text.h"
#include "dlis/explore/target/target_row.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

Status check(const std::string& address) {
  return check_address(address, "._-@:%[]", "host for ssh (HOST, USER@HOST or //USER@HOST:PORT)",
                       "/[_");
}

// A socket's name has at most 108 bytes, of which ssh takes 57 for its hash and a suffix.
constexpr std::size_t kLongestFolder = 40;

// Where only this user may look; empty: connections are not shared.
fs::path socket_folder() {
  const char* own = std::getenv("XDG_RUNTIME_DIR");
  const fs::path folder = own && *own ? fs::path(own) : cache_folder();
  const std::string text = folder.string();
  const bool plain = text.find_first_of("% \"\\") == std::string::npos;
  if (folder.empty() || text.size() > kLongestFolder || !plain) return {};
  std::error_code error;
  fs::create_directories(folder, error);
  return error ? fs::path() : folder;
}

// $DLIS_SSH stands for `ssh`, options included, as GIT_SSH_COMMAND does for git.
Arguments program() {
  const char* own = std::getenv("DLIS_SSH");
  Arguments words;
  for (const std::string_view word : split(own && *own ? own : "ssh", ' '))
    if (!word.empty()) words.emplace_back(word);
  if (words.empty()) words.emplace_back("ssh");
  return words;
}

Arguments shell(const std::string& address, const std::string& script) {
  Arguments words = program();
  // Nobody is there to answer a question, and a link that is silent for half a minute is down.
  for (const char* option :
       {"BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=10", "ServerAliveCountMax=3"})
    words.insert(words.end(), {"-o", option});
  if (const fs::path folder = socket_folder(); !folder.empty())
    words.insert(words.end(), {"-o", "ControlMaster=auto", "-o", "ControlPersist=no", "-o",
                               "ControlPath=" + (folder / "dlis-%C").string()});
  const std::string host = address.starts_with("//") ? "ssh:" + address : address;
  // The login shell there may be another than POSIX's.
  words.insert(words.end(), {"-T", "--", host, "exec sh -c " + shell_word(script)});
  return words;
}

}  // namespace

extern const TargetRow ssh_target;
constinit const TargetRow ssh_target{
    .name = "ssh",
    .form = "ssh:HOST",
    .summary = "a machine that `ssh HOST` reaches without a password",
    .check = check,
    .shell = shell,
    .folder = "${XDG_CACHE_HOME:-$HOME/.cache}/dlis",
    .needs = &ssh_capability,
};

}  // namespace dlis
