// The explorer's loop.
#include "dlis/explore/sweep.h"

#include "dlis/base/clock.h"

namespace dlis {
namespace {

// Time left: the mean of what this run's stacks took, for those that remain.
struct Pace {
  double milliseconds = 0;
  std::int64_t evaluated = 0;
  double seconds_left(std::int64_t remaining) const {
    return evaluated ? milliseconds / double(evaluated) * double(remaining) / 1000 : -1;
  }
};

}  // namespace

Result<SweepResult> sweep(std::span<const Stack> stacks, Store& store, const Measuring& measuring,
                          const Report& report) {
  SweepResult result;
  Progress& progress = result.progress;
  progress.total = std::int64_t(stacks.size());
  Pace pace;
  const auto tell = [&](std::string_view phase, double share) {
    progress.phase = phase;
    progress.share = share;
    progress.seconds_left = pace.seconds_left(progress.total - progress.done);
    result.stopped = result.stopped || (report && !report(progress));
    return !result.stopped;
  };
  for (const Stack& stack : stacks) {
    progress.stack = text_of(stack);
    if (!tell("", 0)) return result;
    const double start = now_ms();
    auto key = measuring.key(stack);
    if (result.stopped) return result;
    if (!key) return tl::unexpected(key.error());
    if (DLIS_TRY(store.has(*key))) {
      ++progress.done, ++progress.reused;
      continue;
    }
    auto record = measuring.evaluate(stack, tell);
    if (result.stopped) return result;
    if (!record) return tl::unexpected(record.error());
    DLIS_TRY(store.put(*key, *record));
    ++progress.done;
    pace.milliseconds += now_ms() - start;
    ++pace.evaluated;
  }
  progress.stack.clear();
  tell("", 1);
  result.stopped = false;  // there was nothing left to stop
  return result;
}

Result<SweepResult> sweep(const Space& space, const EvaluateOptions& options,
                          const std::filesystem::path& file, const Report& report) {
  const std::vector<Stack> stacks = DLIS_TRY(stacks_of(space));
  Store store = DLIS_TRY(Store::open(file));
  // The prefixes outlive single calls of `evaluate`; where they report to changes with each.
  std::function<bool(std::string_view, double)> note;
  EvaluateOptions with_note = options;
  with_note.progress = [&](std::string_view phase, double share) {
    return !note || note(phase, share);
  };
  Prefixes prefixes(std::move(with_note));
  Measuring measuring;
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
