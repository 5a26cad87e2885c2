// One stack after another, in this process.
#include "dlis/base/clock.h"
#include "dlis/explore/sweep.h"

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

Result<SweepResult> run_local(std::span<const Stack> stacks, Store& store,
                              const Measuring& measuring, const Report& report) {
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
    result.keys.push_back(*key);
    if (DLIS_TRY(store.has(*key))) {
      ++progress.done, ++progress.reused;
      continue;
    }
    auto record = measuring.evaluate(stack, tell);
    if (result.stopped) return result;
    if (!record) return tl::unexpected(record.error());
    if (measuring.finish) measuring.finish(stack, *record);
    const double took = now_ms() - start;
    DLIS_TRY(store.put(*key, *record, took / 1000));
    ++progress.done;
    pace.milliseconds += took;
    ++pace.evaluated;
  }
  progress.stack.clear();
  tell("", 1);
  result.stopped = false;  // there was nothing left to stop
  return result;
}

}  // namespace

extern constinit const Executor local_row{
    .name = "local",
    .summary = "one stack after another on this machine",
    .machine = [](const Execution&) { return std::string(); },
    .run = run_local,
};

}  // namespace dlis
