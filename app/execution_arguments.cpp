#include "execution_arguments.h"

#include <fmt/format.h>

#include <cstdio>
#include <set>

namespace dlis::app {

constexpr const char* kCluster = "Cluster";  // the group of its options

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

namespace {

// What would be passed over without a word.
void check_cluster_options(const CLI::App& verb, const Execution& execution) {
  if (execution.executor != "local") return;
  for (const CLI::Option* option : verb.get_options())
    if (option->get_group() == kCluster && option->count() > 0)
      throw CLI::ValidationError(option->get_name(),
                                 "it is for a cluster, and this machine measures: give --executor");
}

}  // namespace

void add_execution(CLI::App& verb, Execution& execution) {
  verb.add_option("--executor", execution.executor,
                  fmt::format("who measures: {} (local)", join(names_of(executors()), ", ")))
      ->type_name("NAME")
      ->check([](const std::string& name) -> std::string {
        const auto found = find_executor(name);
        return found ? "" : found.error().message();
      });
  verb.add_option("--slurm", execution.options,
                  "what sbatch takes: \"partition=gpu gres=gpu:1 time=1:00:00 exclusive\"")
      ->type_name("OPTIONS")
      ->group(kCluster);
  verb.add_option("--at-once", execution.at_once, "cluster tasks at the same time; 0: no limit (0)")
      ->type_name("N")
      ->group(kCluster)
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--attempts", execution.attempts, "that a stack gets on a cluster (3)")
      ->type_name("N")
      ->group(kCluster)
      ->check(CLI::Range(1, 1000));
  verb.add_option("--poll", execution.poll_seconds, "seconds between looks at the queue (15)")
      ->type_name("S")
      ->group(kCluster)
      ->check(CLI::Range(0.01, 3600.0));
  verb.add_option("--patience", execution.patience_seconds,
                  "seconds that the record of an ended task may take to appear (60)")
      ->type_name("S")
      ->group(kCluster)
      ->check(CLI::Range(0.0, 86400.0));
  verb.parse_complete_callback([&] { check_cluster_options(verb, execution); });
}

}  // namespace dlis::app
