// From a space to the records of its stacks.
#include "dlis/explore/sweep.h"

namespace dlis {

Result<SweepResult> sweep(std::span<const Stack> stacks, Store& store, const Measuring& measuring,
                          const Report& report) {
  const Executor* executor = DLIS_TRY(find_executor(measuring.execution.executor));
  return executor->run(stacks, store, measuring, report);
}

Result<SweepResult> sweep(const Space& space, const EvaluateOptions& options,
                          const std::filesystem::path& file, const Report& report,
                          const Execution& execution) {
  const Executor* executor = DLIS_TRY(find_executor(execution.executor));
  const std::vector<Stack> stacks = DLIS_TRY(stacks_of(space));
  Store store = DLIS_TRY(Store::open(file));
  // The prefixes outlive single calls of `evaluate`; where they report to changes with each.
  std::function<bool(std::string_view, double)> note;
  EvaluateOptions with_note = options;
  with_note.machine = executor->machine(execution);
  with_note.progress = [&](std::string_view phase, double share) {
    return !note || note(phase, share);
  };
  Measuring measuring;
  measuring.execution = completed(execution, with_note, file);
  Prefixes prefixes(std::move(with_note));
  measuring.key = [&](const Stack& stack) { return prefixes.key_of(stack); };
  measuring.evaluate = [&](const Stack& stack, const auto& tell) {
    note = tell;
    auto record = prefixes.evaluate(stack);
    note = nullptr;
    return record;
  };
  return sweep(stacks, store, measuring, report);
}

}  // namespace dlis
