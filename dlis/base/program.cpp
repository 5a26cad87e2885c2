// posix_spawn, and two pipes that are read in turns.
#include "dlis/base/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

extern char** environ;

namespace dlis {
namespace {

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) == 0) read = ends[0], write = ends[1];
  }
  Pipe(const Pipe&) = delete;
  ~Pipe() {
    if (read >= 0) ::close(read);
    close_write();
  }
  void close_write() {
    if (write >= 0) ::close(write);
    write = -1;
  }
};

tl::unexpected<Error> not_started(int code, const std::string& program) {
  if (code == ENOENT)
    return fail("there is no such program", program, "install it, or put its folder into PATH");
  return fail(fmt::format("it cannot be started: {}", std::strerror(code)), program);
}

// 0, or the error's number.
int spawn(std::vector<std::string>& arguments, const Pipe& out, const Pipe& err, pid_t& child) {
  std::vector<char*> raw;
  for (std::string& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write, STDERR_FILENO);
  const int code = ::posix_spawnp(&child, raw[0], &actions, nullptr, raw.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}

// Reads both to their ends, so that neither fills while the other is waited for.
void drain(const Pipe& out, const Pipe& err, Finished& into) {
  std::array<pollfd, 2> ends{{{out.read, POLLIN, 0}, {err.read, POLLIN, 0}}};
  const std::array<std::string*, 2> texts{&into.out, &into.err};
  std::array<char, 4096> piece;
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (::poll(ends.data(), ends.size(), -1) < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      const ssize_t n = ::read(ends[i].fd, piece.data(), piece.size());
      if (n > 0) texts[i]->append(piece.data(), std::size_t(n));
      if (n == 0 || (n < 0 && errno != EINTR)) ends[i].fd = -1;  // poll() passes over it
    }
  }
}

}  // namespace

Result<Finished> run_program(std::vector<std::string> arguments) {
  Pipe out, err;
  if (out.read < 0 || err.read < 0) return not_started(errno, arguments[0]);
  pid_t child = 0;
  if (const int code = spawn(arguments, out, err, child)) return not_started(code, arguments[0]);
  out.close_write();
  err.close_write();
  Finished finished;
  drain(out, err, finished);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return fail("its exit status is lost", arguments[0]);
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished;
}

}  // namespace dlis
