// Runs the `dlis` command as a user would, in a folder of its own.
#pragma once
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace dlis::test {

namespace fs = std::filesystem;

inline const fs::path kNetwork = fs::path(DLIS_SOURCE_DIR) / "data/resnet20_cifar10.onnx";
inline const std::string kImages = "cifar10:" DLIS_SOURCE_DIR "/data/cifar10";

struct Outcome {
  int status = -1;  // the exit status; 128 + signal where one ended it
  std::string out, err;
};

inline std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::size_t lines_in(const std::string& text) {
  return std::size_t(std::count(text.begin(), text.end(), '\n'));
}

class CommandTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dlis_command_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Starts the command; its output goes to files in the folder. Measured choices are cached there,
  // too, so that a test neither reads nor leaves anything outside.
  pid_t start(std::vector<std::string> arguments, const std::string& out = "out",
              std::vector<std::pair<std::string, std::string>> environment = {}) {
    arguments.insert(arguments.begin(), DLIS_COMMAND);
    return start_program(std::move(arguments), out, std::move(environment));
  }

  // The same for another program, the first of the arguments.
  pid_t start_program(std::vector<std::string> arguments, const std::string& out,
                      std::vector<std::pair<std::string, std::string>> environment = {}) {
    const pid_t child = fork();
    if (child != 0) return child;
    std::vector<char*> raw;
    for (std::string& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    const fs::path out_file = out[0] == '/' ? fs::path(out) : folder_ / out;
    dup2(open(out_file.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), STDOUT_FILENO);
    dup2(open((folder_ / "err").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), STDERR_FILENO);
    if (chdir(folder_.c_str()) == 0) execv(raw[0], raw.data());
    _exit(127);
  }

  // Waits at most two minutes: nothing that these tests do may hang.
  Outcome finish(pid_t child, const std::string& out = "out") {
    int status = 0;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(4);
    while (waitpid(child, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > deadline) kill(child, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    Outcome outcome;
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (out[0] != '/') outcome.out = contents(folder_ / out);
    outcome.err = contents(folder_ / "err");
    return outcome;
  }

  Outcome run(const std::vector<std::string>& arguments,
              const std::vector<std::pair<std::string, std::string>>& environment = {}) {
    return finish(start(arguments, "out", environment));
  }

  // Runs a command that must succeed, and gives the objects that it printed.
  std::vector<nlohmann::json> objects(const std::vector<std::string>& arguments) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::vector<nlohmann::json> objects;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);)
      objects.push_back(nlohmann::json::parse(line));
    return objects;
  }

  // Exit status 1 and one sentence that says `what`; nothing else on stderr.
  void expect_failure(const std::vector<std::string>& arguments, const std::string& what,
                      const std::vector<std::pair<std::string, std::string>>& environment = {}) {
    const Outcome outcome = run(arguments, environment);
    SCOPED_TRACE(fmt::format("dlis {}", fmt::join(arguments, " ")));
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.err, testing::StartsWith("dlis: "));
    EXPECT_THAT(outcome.err, testing::HasSubstr(what));
    EXPECT_EQ(lines_in(outcome.err), 1u) << outcome.err;
  }

  void write(const std::string& name, const std::string& bytes) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }

  fs::path folder_;
};

}  // namespace dlis::test
