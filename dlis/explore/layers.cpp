// Reads layers as JSON.
#include "dlis/explore/layers.h"

#include "dlis/runtime/json.h"

namespace dlis {

using Json = nlohmann::ordered_json;

Result<std::vector<LayerCost>> layers_from_json(std::string_view text) {
  const Json all = parse_json<Json>(text);
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
    const std::string type = is_text(one, "type") ? one["type"] : Json("");  // of earlier versions
    layers.push_back(
        {one["name"], one["op"], one["row"], one["format"], one["ms"], one["bytes"], type});
  }
  return layers;
}

}  // namespace dlis
