// One stack, measured: load . compress . plan . measure.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dlis/explore/accuracy.h"
#include "dlis/explore/load.h"
#include "dlis/explore/record.h"
#include "dlis/explore/stack.h"
#include "dlis/explore/target/target.h"
#include "dlis/explore/version.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// What is the same for all stacks of an exploration.
struct EvaluateOptions {
  ModelOptions model;           // its seed is the seed of everything
  std::string data;             // `cifar10:DIR?limit=1000`; empty: no accuracy
  double seconds = 0.5;         // of timing
  std::int64_t images = 0;      // to measure accuracy on, evenly out of those of `data`; 0: all
  std::filesystem::path cache;  // of measured choices; empty: the user's
  Tune tune = Tune::quick;
  std::size_t memory_bytes = 0;       // that a plan may take; 0: no limit
  TargetOptions target;               // where it is timed; compression is done here
  std::string build = dlis::build();  // another build's times are no answer for this one
  std::string machine;                // what stands for this one in the key; empty: machine_text()
  // Where retraining is kept: it goes on where it was killed, and is not done again for another
  // stack with the same compression. Empty: nowhere.
  std::filesystem::path checkpoints;
  // What is being done ("accuracy") and which share of it is over; asked often, false stops.
  std::function<bool(std::string_view phase, double share)> progress;
};

Status check_seconds(double seconds);  // more than 0, at most an hour
// What --memory allows, "64M"; empty: 0, no limit. Errors: no size in bytes, or none at all.
Result<std::size_t> parse_memory(std::string_view text);

// What stacks share, kept from one to the next: the model that was loaded last, its last compressed
// form, the data set, and the accuracy of each computation. Stacks in the order of stacks_of()
// share the most. Accuracy does not depend on schedule and threads, because the bits do not: two
// plans of one graph that chose the same rows and formats have the same accuracy, measured once.
class Prefixes {
 public:
  explicit Prefixes(EvaluateOptions options);
  Prefixes(Prefixes&&) noexcept;
  ~Prefixes();

  // Identifies what `evaluate` would measure: content of the model, stack, content of the data,
  // seed, seconds, machine (the target's), build. Loads the model and the data where they are not
  // loaded yet.
  Result<std::string> key_of(const Stack& stack);

  // The network that `evaluate` would plan: loaded, and compressed as the stack says.
  Result<Graph> network_of(const Stack& stack);

  // From now on another time and number of images.
  void set_effort(double seconds, std::int64_t images);

  // A refused stack is a record with its reason; an error is the world being wrong, or "stopped".
  Result<Record> evaluate(const Stack& stack);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The whole flow for one stack: load, compress, plan, measure. A stack that no layer accepts is a
// record with its reason. Errors: the world is wrong (file, data, device).
Result<Record> evaluate(const Stack& stack, const EvaluateOptions& options);

// What `plan` needs to know of a stack.
PlanOptions plan_options(const Stack& stack, const std::filesystem::path& cache = {});

}  // namespace dlis
