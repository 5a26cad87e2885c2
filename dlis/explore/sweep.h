// The product of the axes, evaluated into a store that a stopped run resumes.
#pragma once
#include <functional>
#include <span>

#include "dlis/explore/evaluate.h"
#include "dlis/explore/executor.h"
#include "dlis/explore/space.h"
#include "dlis/explore/store.h"

namespace dlis {

// How far an exploration is.
struct Progress {
  std::int64_t done = 0;    // evaluated now or found in the store
  std::int64_t reused = 0;  // of these, found in the store
  std::int64_t total = 0;
  std::string stack;         // being measured now; empty at the end
  std::string phase;         // "accuracy"
  double share = 0;          // of the phase that is over, 0 to 1
  double seconds_left = -1;  // from the stacks evaluated so far; -1: not known yet
};

// How an exploration ended.
struct SweepResult {
  Progress progress;
  bool stopped = false;           // `report` asked for it; every finished record is in the store
  std::vector<std::string> keys;  // of the stacks, as far as it came
};

// How a stack is identified and measured, so that tests can count and fail at will; and who does
// it.
struct Measuring {
  std::function<Result<std::string>(const Stack&)> key;
  std::function<Result<Record>(const Stack&, const std::function<bool(std::string_view, double)>&)>
      evaluate;
  // What is known of a stack beside: set in its record before that is kept. Null: nothing.
  std::function<void(const Stack&, Record&)> finish = nullptr;
  Execution execution;
};

// Evaluates stacks. Its measurings share what stacks share (Prefixes), however much effort each
// makes.
class Evaluator {
 public:
  // Their `progress` is called outside `evaluate`: while a target does not answer for its key.
  explicit Evaluator(EvaluateOptions options);
  // `execution` is completed for `store`.
  Measuring measuring(double seconds, std::int64_t images, const Execution& execution,
                      const std::filesystem::path& store) const;

 private:
  using Note = std::function<bool(std::string_view, double)>;
  EvaluateOptions options_;
  std::shared_ptr<Note> note_;  // where the evaluation at hand reports to
  std::shared_ptr<Prefixes> prefixes_;
};

// The store, which is new only where nothing is wrong with its place or with the first stack's
// model, data and target.
Result<Store> open_store(const std::filesystem::path& file, std::span<const Stack> stacks,
                         const Measuring& measuring);

// Evaluates every stack whose key the store does not hold, as the executor does it: `local` in
// order. `report` is called before each stack, at the end and often between; false stops (the stack
// at hand is not kept). An error ends the sweep; finished records stay.
using Report = std::function<bool(const Progress&)>;
Result<SweepResult> sweep(std::span<const Stack> stacks, Store& store, const Measuring& measuring,
                          const Report& report);
Result<SweepResult> sweep(const Space& space, const EvaluateOptions& options,
                          const std::filesystem::path& store, const Report& report,
                          const Execution& execution = {});

}  // namespace dlis
