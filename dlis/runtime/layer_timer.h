// Times one row on one layer, alone and on buffers of its own, with weights hot or cold.
#pragma once
#include "dlis/compute/parallel/pool.h"
#include "dlis/runtime/choice_cache.h"
#include "dlis/runtime/lower.h"

namespace dlis {

// Equal problems are timed once: the answers go through the cache, whose key is everything that
// decides a time (the problem's line, strides, row and version, schedule, workers and the kinds of
// cores, instruction set, hot or cold, level of tuning).
class LayerTimer {
 public:
  explicit LayerTimer(const PlanOptions& options);

  // Cold: the last-level cache is flushed before each timed run.
  void set_cold(bool cold);

  // Milliseconds of one run of `row` on the layer with these weights.
  double time(const LoweredStep& layer, const Encoded& weights, const ConvRow& row,
              const ScheduleSpec& schedule);

 private:
  std::string key_of(const Step& step, const ConvProblem& problem, const ConvRow& row,
                     const ScheduleSpec& schedule, Tune level) const;
  double run(const LoweredStep& layer, const Encoded& weights, const ConvRow& row,
             const ConvProblem& problem, const ScheduleSpec& schedule);
  void flush();

  Tune level_;
  int threads_;
  bool cold_ = false;
  ChoiceCache cache_;
  Pool pool_;
  std::vector<std::byte> flusher_;
};

// The problem with a format and the density of the weights in it.
ConvProblem with_format(ConvProblem problem, const Format* format, double density);

// Bytes from the first to the last element of a view.
std::size_t extent_of(const TensorDesc& desc);

}  // namespace dlis
