// Chooses the row, the format and the schedule of a layer, by measurement.
#pragma once
#include "dlis/compute/parallel/pool.h"
#include "dlis/runtime/choice_cache.h"
#include "dlis/runtime/lower.h"

namespace dlis {

// Decides for the layers of one plan. Weights are timed as cold as the plan will leave them: where
// the weights of all layers together exceed the last-level cache, it is flushed before each timed
// run.
class Chooser {
 public:
  Chooser(const PlanOptions& options, std::size_t all_weights_bytes);

  // Sets the convolution row, its problem's format and density, the schedule and the candidates,
  // and packs the weights. Errors: a choice of an earlier plan that does not fit this layer.
  Status choose(LoweredStep& layer);

  ScheduleSpec schedule() const { return schedule_; }  // for the other operators
  double pack_ms() const { return pack_ms_; }

 private:
  struct Option {
    const ConvRow* row;
    const Format* format;
  };
  std::vector<Option> options_for(LoweredStep& layer, const std::string& format,
                                  const std::string& compute, const std::string& device);
  double time_of(const LoweredStep& layer, const Option& option, const ScheduleSpec& schedule);
  double time_run(const LoweredStep& layer, const Option& option, const ScheduleSpec& schedule);
  Status take(LoweredStep& layer, const LayerChoice& choice);
  void settle(LoweredStep& layer, const Option& option, const ScheduleSpec& schedule);
  const Encoded& encoded(const LoweredStep& layer, const Format* format);
  void flush();

  const PlanOptions& options_;
  ScheduleSpec schedule_;
  bool tune_schedule_;
  bool cold_;
  ChoiceCache cache_;
  Pool pool_;
  std::map<const Format*, Encoded> encoded_;  // of the layer at hand
  std::vector<std::byte> flusher_;
  double pack_ms_ = 0;
};

// The problem with a format and the density of the weights in it.
ConvProblem with_format(ConvProblem problem, const Format* format, double density);

}  // namespace dlis
