// Who measures an exploration's stacks: this process, or the nodes of a cluster.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dlis/base/result.h"
#include "dlis/explore/evaluate.h"
#include "dlis/explore/stack.h"

namespace dlis {

class Store;
struct Measuring;
struct Progress;
struct SweepResult;

// Who measures, and how it reaches the machines that do.
struct Execution {
  std::string executor = "local";  // a row of executors.inc
  // What follows is for executors that hand the work to other machines.
  std::filesystem::path folder;      // of work, which all of them see; empty: STORE.jobs
  std::vector<std::string> command;  // `dlis evaluate` with all but the stack; empty: this program
  std::string options;               // given to sbatch: "partition=gpu gres=gpu:1 time=1:00:00"
  std::int64_t at_once = 0;          // tasks that may run at the same time; 0: no limit
  int attempts = 3;                  // that a stack gets before it counts as failed
  double poll_seconds = 15;          // between two looks at the queue
  double patience_seconds = 60;      // for the record of a task that has ended: shared folders lag
  double silence_seconds = 600;  // without an answer of the queue before the exploration gives up
};

// A row of executors.inc.
struct Executor {
  const char* name;
  const char* summary;
  // What stands for the machine in the keys of its records: nodes of one kind are one machine.
  // Empty: this machine does.
  std::string (*machine)(const Execution&);
  // As sweep() (sweep.h). Every stack whose key the store lacks gets one record, put by this
  // process alone; what is stopped at any moment goes on from there when it is run again.
  Result<SweepResult> (*run)(std::span<const Stack> stacks, Store& store, const Measuring&,
                             const std::function<bool(const Progress&)>& report);
};

// The rows of executors.inc.
std::span<const Executor* const> executors();
// Errors: no such row, with the nearest names.
Result<const Executor*> find_executor(std::string_view name);

// With the folder and the command filled in where they are empty: this program, `evaluate`, and
// what `options` are on the command line.
Execution completed(Execution execution, const EvaluateOptions& options,
                    const std::filesystem::path& store);

}  // namespace dlis
