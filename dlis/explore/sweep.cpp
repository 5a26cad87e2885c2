// From a space to the records of its stacks.
#include "dlis/explore/sweep.h"

namespace dlis {

Result<SweepResult> sweep(std::span<const Stack> stacks, Store& store, const Measuring& measuring,
                          const Report& report) {
  const Executor* executor = DLIS_TRY(find_executor(measuring.execution.executor));
  return executor->run(stacks, store, measuring, report);
}

Evaluator::Evaluator(EvaluateOptions options)
    : options_(std::move(options)), note_(std::make_shared<Note>()) {
  options_.progress = [note = note_, usual = std::move(options_.progress)](std::string_view phase,
                                                                           double share) {
    return *note ? (*note)(phase, share) : !usual || usual(phase, share);
  };
  prefixes_ = std::make_shared<Prefixes>(options_);
}

Measuring Evaluator::measuring(double seconds, std::int64_t images, const Execution& execution,
                               const std::filesystem::path& store) const {
  EvaluateOptions options = options_;
  options.seconds = seconds;
  options.images = images;
  Measuring measuring;
  measuring.execution = completed(execution, options, store);
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

Result<Store> open_store(const std::filesystem::path& file, std::span<const Stack> stacks,
                         const Measuring& measuring) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored) && !stacks.empty()) {
    DLIS_TRY(Store::check_place(file));
    DLIS_TRY(measuring.key(stacks.front()));
  }
  return Store::open(file);
}

Result<SweepResult> sweep(const Space& space, const EvaluateOptions& options,
                          const std::filesystem::path& file, const Report& report,
                          const Execution& execution) {
  const Executor* executor = DLIS_TRY(find_executor(execution.executor));
  const std::vector<Stack> stacks = DLIS_TRY(stacks_of(space));
  EvaluateOptions for_executor = options;
  for_executor.machine = executor->machine(execution);
  const Evaluator evaluator(std::move(for_executor));
  const Measuring measuring = evaluator.measuring(options.seconds, options.images, execution, file);
  Store store = DLIS_TRY(open_store(file, stacks, measuring));
  return sweep(stacks, store, measuring, report);
}

}  // namespace dlis
