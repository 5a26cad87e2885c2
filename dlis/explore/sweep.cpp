// From a space to the records of its stacks.
#include "dlis/explore/sweep.h"

namespace dlis {

Result<SweepResult> sweep(std::span<const Stack> stacks, Store& store, const Measuring& measuring,
                          const Report& report) {
  const Executor* executor = DLIS_TRY(find_executor(measuring.execution.executor));
  return executor->run(stacks, store, measuring, report);
}

Evaluator::Evaluator(EvaluateOptions options) : note_(std::make_shared<Note>()) {
  options.progress = [note = note_](std::string_view phase, double share) {
    return !*note || (*note)(phase, share);
  };
  prefixes_ = std::make_shared<Prefixes>(std::move(options));
}

Measuring Evaluator::measuring(double seconds, std::int64_t images) const {
  Measuring measuring;
  measuring.key = [all = prefixes_, seconds, images](const Stack& stack) {
    all->set_effort(seconds, images);
    return all->key_of(stack);
  };
  measuring.evaluate = [all = prefixes_, note = note_, seconds, images](const Stack& stack,
                                                                        const auto& tell) {
    *note = tell;
    all->set_effort(seconds, images);
    auto record = all->evaluate(stack);
    *note = nullptr;
    return record;
  };
  return measuring;
}

Result<SweepResult> sweep(const Space& space, const EvaluateOptions& options,
                          const std::filesystem::path& file, const Report& report,
                          const Execution& execution) {
  const Executor* executor = DLIS_TRY(find_executor(execution.executor));
  const std::vector<Stack> stacks = DLIS_TRY(stacks_of(space));
  Store store = DLIS_TRY(Store::open(file));
  EvaluateOptions with_machine = options;
  with_machine.machine = executor->machine(execution);
  const Evaluator evaluator(with_machine);
  Measuring measuring = evaluator.measuring(options.seconds, options.images);
  measuring.execution = completed(execution, with_machine, file);
  return sweep(stacks, store, measuring, report);
}

}  // namespace dlis
