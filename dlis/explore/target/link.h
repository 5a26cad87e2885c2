// A connection to the `dlis-run` of a target, which is made again when it drops.
#pragma once
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "dlis/base/process.h"
#include "dlis/explore/target/target_row.h"

namespace dlis {

class Link {
 public:
  using GoOn = std::function<bool(std::string_view phase, double share)>;

  // Brings dlis-run there where it is not yet, and starts it. `program`: the dlis-run for that
  // machine; empty: the one beside this command, or its cross build, by what `uname -m` says there.
  // `go_on` (may be empty) is asked several times a second.
  static Result<Link> open(const std::string& target, const std::filesystem::path& program,
                           GoOn go_on);
  Link(Link&&) noexcept = default;
  ~Link();

  const std::string& machine() const { return machine_; }
  const std::string& build() const { return build_; }

  // Sends a line and gives the object that answers it. A line is safe to send again: when the link
  // drops it is, a few times, with pauses that grow. Errors: the link stays down; stopped; what the
  // target says is wrong.
  Result<nlohmann::json> ask(const std::string& line);

  // Has a file of this name there; where it is missing `make` writes it here and it is brought.
  // Names have letters, digits and dots.
  Status hold(const std::string& name,
              const std::function<Status(const std::filesystem::path&)>& make);

  void drop(const std::string& name);  // a file that is not needed again

  // Tells it a line whose answer nobody needs, where the link is up.
  void tell(const std::string& line);

 private:
  Link(TargetName target, GoOn go_on);
  template <class T>
  Result<T> persist(const std::function<Result<std::optional<T>>()>& attempt);
  Result<std::string> output_of(const std::string& script);
  Status choose_program(std::filesystem::path program);
  Status bring(const std::filesystem::path& file, const std::string& name);
  Result<bool> brought(const std::filesystem::path& file, const std::string& name);
  Status start();
  Result<bool> connect();
  std::string start_script() const;
  Result<bool> greet();
  Result<std::optional<nlohmann::json>> answer();
  Result<std::optional<nlohmann::json>> asked(const std::string& line);
  bool lose(Process& process, std::string_view doing);
  std::string name() const;  // as --target has it
  Error down() const;

  TargetName target_;
  GoOn go_on_;
  std::filesystem::path program_;  // here; empty where the target has its own
  std::string program_name_;       // there
  std::string machine_, build_;
  std::unique_ptr<Process> worker_;
  std::set<std::string> held_;
  std::string lost_;  // why the link is down
};

}  // namespace dlis
