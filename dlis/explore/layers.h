// What the layers of a record take, out of its text.
#pragma once
#include <string_view>
#include <vector>

#include "dlis/runtime/layer_costs.h"

namespace dlis {

// to_json(layers) again. Errors: it is no such array.
Result<std::vector<LayerCost>> layers_from_json(std::string_view text);

}  // namespace dlis
