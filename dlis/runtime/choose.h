// Chooses the row, the format and the schedule of every layer of a plan, within its memory budget.
#pragma once
#include <map>

#include "dlis/runtime/budget.h"
#include "dlis/runtime/layer_timer.h"

namespace dlis {

// The error "stopped" where nobody waits for the plan any more.
Status check_going_on(const PlanOptions& options);

// Decides for the layers of one plan. Weights are timed as cold as the plan will leave them: where
// the packed weights of all layers together exceed the last-level cache, it is flushed before each
// timed run.
class Chooser {
 public:
  // `fixed`: what the plan holds whatever is chosen.
  Chooser(const PlanOptions& options, const std::vector<LoweredStep>& layers,
          const FixedMemory& fixed);

  // Finds the candidates of every layer with weights: their bytes, and their times, measured or
  // estimated; those of a layer without an alternative only with `time_all`. Errors: a choice of an
  // earlier plan that does not fit its layer; too little memory.
  Status consider(std::vector<LoweredStep>& layers, bool time_all = false);

  // Sets row, format, density and schedule of every layer: the fastest plan within `limit` bytes
  // (0: without a limit). Error: the limit cannot be kept; it names the layer that takes the most.
  Status decide(std::vector<LoweredStep>& layers, std::size_t limit);

  // Layers of a chain of devices, within no limit of memory: those that both sides together compute
  // in less time than either are cut into rows. Measured; nothing where nothing is measured.
  void split(std::vector<LoweredStep>& layers);

  // The workers of the other operators, where schedules are measured.
  void decide_workers(std::vector<LoweredStep>& layers);

  // As `decide`, for many limits at once and without setting anything: at most `points` plans from
  // the smallest to the fastest, their sums of times, bytes and choices.
  std::vector<FrontierPoint> frontier(const std::vector<LoweredStep>& layers, int points);

  // Packs the weights of `layer` for the row that `step` has.
  Status pack(const LoweredStep& layer, Step& step);

  ScheduleSpec schedule() const { return schedule_; }  // for the other operators
  double pack_ms() const { return pack_ms_; }

 private:
  void add_candidates(LoweredStep& layer, const std::string& format, const std::string& compute,
                      const std::string& device);
  void fall_back(LoweredStep& layer);
  Status take(LoweredStep& layer, const LayerChoice& choice);
  Status weigh_all(std::vector<LoweredStep>& layers);
  Status weigh(LoweredStep& layer);
  void weigh(LoweredStep& layer, Candidate& candidate, bool timed);
  std::vector<int> worker_counts() const;  // that are tried, ascending, the plan's last
  void settle_schedule(LoweredStep& layer, Candidate& candidate);
  void tune_schedule(LoweredStep& layer, Candidate& candidate, const Encoded& weights);
  void try_split(LoweredStep& layer);
  Status pack_for(const LoweredStep& layer, const ConvRow& row, const ConvProblem& part,
                  Buffer& packed, std::shared_ptr<DeviceMemory>& on_device);
  Result<const Encoded*> encoded(const LoweredStep& layer, const Format* format);

  const PlanOptions& options_;
  FixedMemory fixed_;
  ScheduleSpec schedule_;
  bool tune_schedule_, measure_speeds_;
  std::vector<int> fewer_;  // numbers of workers below the plan's that are tried
  bool cold_ = false, time_all_ = false;
  LayerTimer timer_;
  const LoweredStep* at_hand_ = nullptr;
  std::map<const Format*, Encoded> encoded_;  // of the layer at hand
  double pack_ms_ = 0;
};

}  // namespace dlis
