// Profiles a session, and keeps what it found as JSON.
#include "dlis/explore/layers.h"

#include <nlohmann/json.hpp>

#include "dlis/base/statistics.h"
#include "dlis/runtime/measure.h"

namespace dlis {

using Json = nlohmann::ordered_json;

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
    if (step.conv_row) layer.format = step.conv.format->name;
    layer.ms = step_times[i];
    layer.bytes = std::int64_t(step.weights_bytes);
  }
  return layers;
}

std::string to_json(const std::vector<LayerCost>& layers) {
  Json all = Json::array();
  for (const LayerCost& layer : layers)
    all.push_back({{"name", layer.name},
                   {"op", layer.op},
                   {"row", layer.row},
                   {"format", layer.format},
                   {"ms", layer.ms},
                   {"bytes", layer.bytes}});
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::vector<LayerCost>> layers_from_json(std::string_view text) {
  const Json all = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto is_text = [](const Json& object, const char* name) {
    return object.contains(name) && object[name].is_string();
  };
  if (!all.is_array()) return fail("these are not the layers of a record: expected an array");
  std::vector<LayerCost> layers;
  for (const Json& one : all) {
    if (!one.is_object() || !is_text(one, "name") || !is_text(one, "op") || !is_text(one, "row") ||
        !is_text(one, "format") || !one.contains("ms") || !one["ms"].is_number() ||
        !one.contains("bytes") || !one["bytes"].is_number_integer())
      return fail("this is not a layer of a record", one.dump(-1, ' ', true));
    layers.push_back({one["name"], one["op"], one["row"], one["format"], one["ms"], one["bytes"]});
  }
  return layers;
}

}  // namespace dlis
