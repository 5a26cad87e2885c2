// Other programs: what one reads is written here, what it writes is read here, line by line.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

// A program that runs beside this one; it is killed with the object.
class Process {
 public:
  // `arguments[0]` is looked for on PATH. It is in a process group of its own, so that an interrupt
  // at the keyboard reaches it through this program alone. Error: it cannot be started.
  static Result<Process> start(std::vector<std::string> arguments);
  Process(Process&&) noexcept;
  Process& operator=(Process&&) noexcept;
  ~Process();  // kills it if it still runs

  // Writes all bytes to its standard input. `go_on` (may be empty) is asked several times a second.
  // Errors: it reads no more; stopped.
  Status send(std::span<const std::byte> bytes, const std::function<bool()>& go_on = {});
  void end_input();

  enum class Got { line, nothing, end };
  // The next line that it printed, without its end; `nothing` after `wait_ms`. A last line that is
  // cut off is none, and one of more than kMostTextBytes comes in pieces.
  Got line(std::string& to, int wait_ms);

  // Whether it has ended, within `wait_ms`. Then `status` is what it exited with, or 128 and the
  // signal that ended it.
  bool has_ended(int wait_ms);
  int status() const;
  void kill();
  std::string last_error();  // the last line that it wrote to standard error

 private:
  struct State;
  explicit Process(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What is known of a program that has ended.
struct Finished {
  int status = 0;    // as Process::status
  std::string out;   // its whole lines
  std::string last;  // the last line that it wrote to standard error
};

// Runs a program that reads nothing and waits for its end. Its exit status is no error.
Result<Finished> run_program(std::vector<std::string> arguments);

int process_id();  // of this one: makes a file's name its own
// Whether a program is found as Process::start would find it.
bool is_on_path(const std::string& program);

// Writing to somebody who reads no more, or more than a file may grow (ulimit -f), is an error from
// now on, not the end of this program.
void outlive_readers();

}  // namespace dlis
