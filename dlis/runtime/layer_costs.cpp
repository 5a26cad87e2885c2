// Profiles a session, layer by layer.
#include "dlis/runtime/layer_costs.h"

#include "dlis/base/statistics.h"
#include "dlis/runtime/measure.h"

namespace dlis {

Result<std::vector<double>> step_times(Session& session, double seconds) {
  const auto inputs = random_inputs(session.plan().graph);
  std::vector<std::vector<double>> samples(session.plan().steps.size());
  double total_ms = 0;
  for (int runs = 0; runs < 5 || total_ms < 1000 * seconds; ++runs) {
    const auto times = DLIS_TRY(session.profile(inputs));
    if (times.empty()) return times;  // a network without layers takes no time
    for (std::size_t i = 0; i < times.size(); ++i) {
      samples[i].push_back(times[i]);
      total_ms += times[i];
    }
  }
  std::vector<double> out;
  for (auto& values : samples) out.push_back(median(std::move(values)));
  return out;
}

std::vector<LayerCost> layer_costs(const Plan& plan, const std::vector<double>& step_times) {
  std::vector<LayerCost> layers;
  for (std::size_t i = 0; i < plan.steps.size() && i < step_times.size(); ++i) {
    const Step& step = plan.steps[i];
    LayerCost& layer = layers.emplace_back();
    layer.name = step.name;
    layer.op = step.op;
    layer.row = step.conv_row ? step.conv_row->name : step.op_row->name;
    if (step.conv_row) {
      layer.format = step.conv.format->name;
      layer.type = name_of(step.conv.type);
    }
    layer.ms = step_times[i];
    layer.bytes = std::int64_t(step.weights_bytes);
  }
  return layers;
}

}  // namespace dlis
