// posix_spawn and poll. Standard streams are sockets: a write to one whose reader is gone can be
// told not to raise a signal, which a pipe cannot.
#include "dlis/base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "dlis/base/clock.h"
#include "dlis/base/limits.h"
#include "dlis/base/text.h"

namespace dlis {
namespace {

constexpr int kTurnMs = 200;  // how often a waiting caller is asked whether to go on
constexpr std::size_t kMostErrors = 4096;

// Two ends of a stream, closed when they go.
struct Stream {
  std::array<int, 2> ends{-1, -1};  // ours, the child's

  Stream() = default;
  Stream(const Stream&) = delete;
  ~Stream() { close_both(); }
  bool open() { return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0; }
  int ours() const { return ends[0]; }
  void close(int which) {
    if (ends[std::size_t(which)] >= 0) ::close(ends[std::size_t(which)]);
    ends[std::size_t(which)] = -1;
  }
  void close_both() { close(0), close(1); }
};

// Appends what can be read now, of a program that never pauses a part; false at the end.
bool take(int from, std::string& to) {
  constexpr std::size_t kMost = 1 << 20;
  char bytes[4096];
  for (const std::size_t before = to.size(); to.size() - before < kMost;) {
    const ssize_t count = ::recv(from, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count > 0)
      to.append(bytes, std::size_t(count));
    else if (count == 0)
      return false;
    else if (errno != EINTR)
      return errno == EAGAIN || errno == EWOULDBLOCK;
  }
  return true;
}

}  // namespace

struct Process::State {
  Stream in, out, errors;
  pid_t pid = -1;
  int status = -1;  // while it runs
  bool out_ended = false;
  std::string printed, said;
  std::size_t begin = 0, searched = 0;  // of the next line in `printed`, of what may end it

  // Of what nobody reads no more is kept than a line may have.
  void drain() {
    if (!out_ended) out_ended = !take(out.ours(), printed);
    if (printed.size() > begin + kMostTextBytes) printed.resize(begin + kMostTextBytes);
    take(errors.ours(), said);
    if (said.size() > kMostErrors) said.erase(0, said.size() - kMostErrors);
  }
  // Each byte is looked at once, however long a line is.
  bool next_line(std::string& to) {
    std::size_t end = printed.find('\n', searched);
    const bool too_long = end == std::string::npos && printed.size() - begin >= kMostTextBytes;
    if (too_long) end = printed.size();
    if (end == std::string::npos) {
      printed.erase(0, begin);
      begin = 0, searched = printed.size();
      return false;
    }
    to.assign(printed, begin, end - begin);
    begin = searched = std::min(end + 1, printed.size());
    return true;
  }
  bool reap() {
    if (status >= 0) return true;
    int raw = 0;
    if (::waitpid(pid, &raw, WNOHANG) != pid) return false;
    status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    return true;
  }
  ~State() {
    if (pid <= 0 || reap()) return;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
};

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}
Process::Process(Process&&) noexcept = default;
Process& Process::operator=(Process&&) noexcept = default;
Process::~Process() = default;

namespace {

// What the child does before it becomes the other program.
struct Spawning {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  Spawning(int in, int out, int errors) {
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    sigset_t usual;
    sigemptyset(&usual);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&usual, signal);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  Spawning(const Spawning&) = delete;
  ~Spawning() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

Result<Process> Process::start(std::vector<std::string> arguments) {
  auto state = std::make_unique<State>();
  if (!state->in.open() || !state->out.open() || !state->errors.open())
    return fail(std::string("no streams for another program: ") + std::strerror(errno),
                arguments[0]);
  std::vector<char*> raw;
  for (std::string& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  Spawning how(state->in.ends[1], state->out.ends[1], state->errors.ends[1]);
  const int error =
      ::posix_spawnp(&state->pid, raw[0], &how.files, &how.attributes, raw.data(), environ);
  if (error != 0) state->pid = -1;
  if (error == ENOENT)
    return fail("there is no such program", arguments[0],
                "install it, or put its folder into PATH");
  if (error != 0)
    return fail(std::string("the program cannot be started: ") + std::strerror(error), arguments[0],
                "install it, or name another");
  for (Stream* stream : {&state->in, &state->out, &state->errors}) stream->close(1);
  return Process(std::move(state));
}

Status Process::send(std::span<const std::byte> bytes, const std::function<bool()>& go_on) {
  while (!bytes.empty()) {
    if (state_->in.ours() < 0) return fail("it reads no more");
    const ssize_t count =
        ::send(state_->in.ours(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      bytes = bytes.subspan(std::size_t(count));
      continue;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return fail("it reads no more");
    state_->drain();
    if (go_on && !go_on()) return fail("stopped");
    pollfd room{state_->in.ours(), POLLOUT, 0};
    ::poll(&room, 1, kTurnMs);
  }
  return {};
}

void Process::end_input() { state_->in.close(0); }

Process::Got Process::line(std::string& to, int wait_ms) {
  const double until = now_ms() + wait_ms;
  for (;;) {
    if (state_->next_line(to)) return Got::line;
    state_->drain();
    if (state_->next_line(to)) return Got::line;
    if (state_->out_ended) return Got::end;
    const double left = until - now_ms();
    if (left <= 0) return Got::nothing;
    pollfd news{state_->out.ours(), POLLIN, 0};
    ::poll(&news, 1, std::min(int(left) + 1, kTurnMs));
  }
}

bool Process::has_ended(int wait_ms) {
  const double until = now_ms() + wait_ms;
  while (!state_->reap()) {
    state_->drain();
    if (now_ms() >= until) return false;
    ::poll(nullptr, 0, 2);
  }
  state_->drain();
  return true;
}

int Process::status() const { return state_->status; }

void Process::kill() {
  if (!state_->reap()) ::kill(state_->pid, SIGKILL);
}

std::string Process::last_error() {
  state_->drain();
  const std::string_view said = trim(state_->said);
  return std::string(trim(split(said, '\n').back()));
}

Result<Finished> run_program(std::vector<std::string> arguments) {
  Process process = DLIS_TRY(Process::start(std::move(arguments)));
  process.end_input();
  Finished finished;
  std::string line;
  for (Process::Got got; (got = process.line(line, kTurnMs)) != Process::Got::end;)
    if (got == Process::Got::line) finished.out += line + "\n";
  while (!process.has_ended(kTurnMs)) {
  }
  finished.status = process.status();
  finished.last = process.last_error();
  return finished;
}

int process_id() { return int(::getpid()); }
bool is_on_path(const std::string& program) {
  const auto runs = [](const std::string& file) { return ::access(file.c_str(), X_OK) == 0; };
  if (program.find('/') != std::string::npos) return runs(program);
  const char* path = std::getenv("PATH");
  for (const std::string_view folder : split(path ? path : "/bin:/usr/bin", ':'))
    if (runs((folder.empty() ? "." : std::string(folder)) + "/" + program)) return true;
  return false;
}

void outlive_readers() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace dlis
