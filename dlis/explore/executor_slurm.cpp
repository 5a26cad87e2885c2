// The row `slurm`: the nodes of a Slurm cluster measure.
#include <fmt/format.h>

#include "dlis/base/text.h"
#include "dlis/explore/slurm_sweep.h"

namespace dlis {
namespace {

// What sbatch's short options mean depends on the next word, so they would be no part of the key.
Status check_options(const std::string& options) {
  for (const std::string_view word : split(options, ' '))
    if (word.starts_with('-') && !word.starts_with("--"))
      return fail(fmt::format("'{}' is a short option", word), "--slurm",
                  "write the long one: partition=gpu");
  return {};
}

// This cluster's nodes of one kind are one machine: those that these options of sbatch choose.
std::string slurm_machine(const Execution& execution) {
  std::string machine = "slurm";
  for (std::string_view word : split(execution.options, ' ')) {
    if (word.starts_with("--")) word.remove_prefix(2);
    const std::string_view name = word.substr(0, word.find('='));
    for (const char* choice :
         {"partition", "constraint", "gres", "gpus", "gpus-per-task", "nodelist", "cpus-per-task"})
      if (name == choice) machine += ' ' + std::string(word);
  }
  return machine;
}

Result<SweepResult> run_slurm(std::span<const Stack> stacks, Store& store,
                              const Measuring& measuring,
                              const std::function<bool(const Progress&)>& report) {
  DLIS_TRY(check_options(measuring.execution.options));
  Progress progress;
  progress.total = std::int64_t(stacks.size());
  progress.phase = "looking for what is measured";
  if (!stacks.empty()) progress.stack = text_of(stacks.front());
  std::map<std::string, const Stack*> open;
  std::vector<std::string> keys;
  for (const Stack& stack : stacks) {
    if (report && !report(progress)) return SweepResult{progress, true, {}};
    const std::string& key = keys.emplace_back(DLIS_TRY(measuring.key(stack)));
    if (DLIS_TRY(store.has(key)) || !open.emplace(key, &stack).second)
      ++progress.done, ++progress.reused;
  }
  std::error_code ignored;
  if (open.empty() && !std::filesystem::exists(measuring.execution.folder, ignored)) {
    progress.stack.clear();
    progress.phase.clear();
    progress.share = 1;
    if (report) report(progress);
    return SweepResult{progress, false, std::move(keys)};
  }
  SlurmFolder folder = DLIS_TRY(SlurmFolder::open(measuring.execution.folder));
  SweepResult result =
      DLIS_TRY(sweep_slurm(open, std::move(folder), store, measuring, report, std::move(progress)));
  result.keys = std::move(keys);
  return result;
}

}  // namespace

extern constinit const Executor slurm_row{
    .name = "slurm",
    .summary = "one task of a job array a stack, on the nodes of a Slurm cluster",
    .machine = slurm_machine,
    .run = run_slurm,
};

}  // namespace dlis
