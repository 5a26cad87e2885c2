// Times one row on one layer, alone and on buffers of its own, with weights hot or cold.
#pragma once
#include <functional>
#include <map>

#include "dlis/compute/parallel/pool.h"
#include "dlis/runtime/choice_cache.h"
#include "dlis/runtime/lower.h"

namespace dlis {

// Equal problems are timed once: the answers go through the cache, whose key is everything that
// decides a time (the problem's line, strides, row and version, schedule, workers and the kinds of
// cores, instruction set, hot or cold, level of tuning).
//
// A problem's own `workers` say for how many its tiles are cut.
class LayerTimer {
 public:
  explicit LayerTimer(const PlanOptions& options);

  // Cold: the last-level cache is flushed before each timed run.
  void set_cold(bool cold);

  // How a layer's tiles are cut and handed out.
  struct Manner {
    ScheduleSpec schedule;
    int workers = 1;  // of the plan's, the first
    int cut = 1;
  };

  // Milliseconds of one run of `row` on the layer with these weights, which are on its device
  // already. So are the values, but in a chain of devices: there the layer's neighbours may be the
  // processor's, and copies count where the device has its own memory. Error: the device fails.
  Result<double> time(const LoweredStep& layer, const Encoded& weights, const ConvRow& row,
                      const Manner& manner);
  // Of one run of both parts of a split at once, with the copies that it causes where the device
  // has its own memory: all that its part reads and writes.
  Result<double> time(const LoweredStep& layer, const Encoded& host, const Encoded& device,
                      const ConvRow& row, const Split& split, const Manner& manner);

  // The same of a step without weights whose values are all f32, which no cache keeps.
  double time(const Step& step, const ScheduleSpec& schedule, int workers);

  // How fast the first `workers` are at this layer with equal shares, the fastest 1, to a fiftieth.
  // Empty: they are alike, or it has no work for all of them.
  std::vector<double> speeds(const LoweredStep& layer, const Encoded& weights, const ConvRow& row,
                             int workers);

 private:
  std::string key_of(const Step& step, const ConvProblem& problem, const ConvRow& row,
                     const Manner& manner, Tune level) const;
  Result<double> run(const LoweredStep& layer, const Encoded& weights, const ConvRow& row,
                     const ConvProblem& problem, const Manner& manner);
  Result<double> run(const LoweredStep& layer, const Encoded& host, const Encoded& device,
                     const ConvRow& row, const Split& split, const Manner& manner);
  Result<double> repeated(const std::function<Status()>& once, bool cold);
  void flush();

  Tune level_;
  bool in_chain_;
  bool cold_ = false;
  ChoiceCache cache_;
  Pool pool_;
  std::vector<std::byte> flusher_;
  std::map<std::string, std::vector<double>> speeds_;  // by key
};

// The problem with a format and the density of the weights in it.
ConvProblem with_format(ConvProblem problem, const Format* format, double density);

// Bytes from the first to the last element of a view.
std::size_t extent_of(const TensorDesc& desc);

}  // namespace dlis
