#include "execution_arguments.h"

#include <fmt/format.h>

#include <cstdio>
#include <set>

namespace dlis::app {

// Records of machines of several kinds are no table of times.
void note_machines(const std::vector<Record>& records) {
  std::set<std::string> machines;
  for (const Record& record : records)
    if (!record.text("machine").empty()) machines.insert(record.text("machine"));
  if (machines.size() < 2) return;
  const std::vector<std::string> names(machines.begin(), machines.end());
  const std::string note = fmt::format("times are of {} kinds of machine and do not compare: {}\n",
                                       names.size(), join(names, "; "));
  std::fputs(note.c_str(), stderr);
}

void add_execution(CLI::App& verb, Execution& execution) {
  verb.add_option("--executor", execution.executor, "who measures: local, slurm (local)")
      ->type_name("NAME");
  verb.add_option("--slurm", execution.options,
                  "what sbatch takes: \"partition=gpu gres=gpu:1 time=1:00:00 exclusive\"")
      ->type_name("OPTIONS");
  verb.add_option("--at-once", execution.at_once, "cluster tasks at the same time; 0: no limit (0)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--attempts", execution.attempts, "that a stack gets on a cluster (3)")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verb.add_option("--poll", execution.poll_seconds, "seconds between looks at the queue (15)")
      ->type_name("S")
      ->check(CLI::PositiveNumber);
  verb.add_option("--patience", execution.patience_seconds,
                  "seconds that the record of an ended task may take to appear (60)")
      ->type_name("S")
      ->check(CLI::NonNegativeNumber);
}

}  // namespace dlis::app
