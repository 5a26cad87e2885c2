// Other machines for tests of --target: an OpenSSH server of this test's own, and who runs what.
#pragma once
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>
#include <functional>

#include "command.h"

namespace dlis::test {

// Empty where the process has gone, which a stream would throw for.
inline std::string proc_text(const fs::path& file) {
  std::string text(4096, '\0');
  const int opened = open(file.c_str(), O_RDONLY);
  const ssize_t count = opened < 0 ? 0 : ::read(opened, text.data(), text.size());
  if (opened >= 0) ::close(opened);
  text.resize(std::size_t(std::max<ssize_t>(0, count)));
  return text;
}

// Processes that /proc shows, with their arguments joined by blanks.
struct Running {
  pid_t pid = 0, parent = 0;
  std::string arguments;
};

inline std::vector<Running> running() {
  std::vector<Running> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    Running one{pid_t(std::stol(name)), 0, proc_text(entry.path() / "cmdline")};
    std::replace(one.arguments.begin(), one.arguments.end(), '\0', ' ');
    const std::string stat = proc_text(entry.path() / "stat");
    if (const auto end = stat.rfind(')'); end != std::string::npos && end + 4 < stat.size())
      one.parent = pid_t(std::atol(stat.c_str() + end + 4));
    found.push_back(std::move(one));
  }
  return found;
}

// Ends all that fit at once; how many there were.
inline int kill_where(const std::function<bool(const Running&)>& fits) {
  int killed = 0;
  for (const Running& one : running())
    if (fits(one) && ::kill(one.pid, SIGKILL) == 0) ++killed;
  return killed;
}

// A network of this process alone, where the system allows one.
inline void leave_network() {
  if (::unshare(CLONE_NEWNET) != 0) return;
  const int any = ::socket(AF_INET, SOCK_DGRAM, 0);
  ifreq loopback{};
  std::strcpy(loopback.ifr_name, "lo");
  loopback.ifr_flags = IFF_UP | IFF_RUNNING;
  ::ioctl(any, SIOCSIFFLAGS, &loopback);
  ::close(any);
}

// An OpenSSH server with keys of its own, whose users' cache is `folder`/board.
class SshServer {
 public:
  static constexpr const char* kProgram = "/usr/sbin/sshd";
  static bool is_there() { return fs::exists(kProgram); }

  explicit SshServer(const fs::path& folder, int port) : folder_(folder), port_(port) {
    fs::create_directories(folder_);
    if (::geteuid() == 0) fs::create_directories("/run/sshd");
    for (const char* key : {"host", "user"})
      std::system(
          fmt::format("ssh-keygen -q -t ed25519 -N '' -f '{}'", (folder_ / key).string()).c_str());
    fs::copy(folder_ / "user.pub", folder_ / "allowed");
    std::ofstream(folder_ / "config") << fmt::format(
        "ListenAddress 127.0.0.1\nPort {}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n"
        "UsePAM no\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n"
        "SetEnv XDG_CACHE_HOME={}\n",
        port_, (folder_ / "host").string(), (folder_ / "allowed").string(), board().string());
    start();
  }
  ~SshServer() { stop(); }

  void start() {
    pid_ = fork();
    if (pid_ == 0) {
      const int log = open((folder_ / "log").c_str(), O_CREAT | O_APPEND | O_WRONLY, 0600);
      dup2(log, STDERR_FILENO);
      const std::string config = folder_ / "config";
      execl(kProgram, kProgram, "-D", "-e", "-f", config.c_str(), nullptr);
      _exit(127);
    }
    for (int i = 0; i < 500 && !listens(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  fs::path board() const { return folder_ / "board"; }
  pid_t pid() const { return pid_; }
  bool listens() const {
    return contents(folder_ / "log").find("Server listening") != std::string::npos;
  }
  // What stands for `ssh` in $DLIS_SSH.
  std::string command() const {
    return fmt::format(
        "ssh -F none -p {} -i {} -o StrictHostKeyChecking=no -o UserKnownHostsFile={} "
        "-o LogLevel=ERROR",
        port_, (folder_ / "user").string(), (folder_ / "known").string());
  }

 private:
  fs::path folder_;
  int port_;
  pid_t pid_ = -1;
};

}  // namespace dlis::test
