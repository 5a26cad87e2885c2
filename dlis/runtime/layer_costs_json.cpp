// Costs of layers as JSON.
#include <nlohmann/json.hpp>

#include "dlis/runtime/layer_costs.h"

namespace dlis {

std::string to_json(const std::vector<LayerCost>& layers) {
  using Json = nlohmann::ordered_json;
  Json all = Json::array();
  for (const LayerCost& layer : layers)
    all.push_back({{"name", layer.name},
                   {"op", layer.op},
                   {"row", layer.row},
                   {"format", layer.format},
                   {"ms", layer.ms},
                   {"bytes", layer.bytes},
                   {"type", layer.type}});
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dlis
