// What the layers of a record take, as text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dlis/runtime/layer_costs.h"

namespace dlis {

// The field `layers` of a record: an array of objects named as above.
std::string to_json(const std::vector<LayerCost>& layers);
// Errors: it is no such array.
Result<std::vector<LayerCost>> layers_from_json(std::string_view text);

}  // namespace dlis
